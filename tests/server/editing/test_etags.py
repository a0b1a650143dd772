"""Tags, and what headers say of them."""

import pytest

from server.editing.etags import demanded, known, of_bytes, of_segment, ranged
from storage.records import Segment


def test_a_segments_tag_is_its_revision() -> None:
    segment = Segment(
        session="s", number=0, start=0, end=1, text="a", words=(), confidence=1.0, revision=7
    )
    assert of_segment(segment) == '"7"'
    assert demanded(of_segment(segment)) == {7}


def test_bytes_have_one_tag_and_others_another() -> None:
    assert of_bytes(b"a") == of_bytes(b"a") != of_bytes(b"b")
    assert len(of_bytes(b"")) == 34


@pytest.mark.parametrize(
    ("header", "revisions"),
    [
        ("*", None),
        (' "3" ', {3}),
        ('"3", "5"', {3, 5}),
        ("3", {3}),
        ('W/"3"', set()),
        ('W/"3", "4"', {4}),
        ('"x"', set()),
        ('"99999999999"', set()),
        ("٣", set()),
        ("", set()),
    ],
)
def test_if_match(header: str, revisions: set[int] | None) -> None:
    assert demanded(header) == revisions


@pytest.mark.parametrize(
    ("header", "there"),
    [(None, False), ("*", True), ('"a"', True), ('"b", W/"a"', True), ('"b"', False), ("", False)],
)
def test_if_none_match(header: str | None, there: bool) -> None:
    assert known(header, '"a"') is there


@pytest.mark.parametrize(
    ("header", "counts"), [(None, True), ('"a"', True), ('"b"', False), ('W/"a"', False)]
)
def test_if_range(header: str | None, counts: bool) -> None:
    assert ranged(header, '"a"') is counts
