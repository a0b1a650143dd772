import pytest

from server.routes.problems import Problem
from server.uploads.keys import idempotent


@pytest.mark.parametrize(
    ("header", "key"),
    [(None, None), ("k", "k"), ('"k-1"', "k-1"), ('"', '"'), ("x" * 200, "x" * 200)],
)
def test_keys(header: str | None, key: str | None) -> None:
    assert idempotent(header) == key


@pytest.mark.parametrize("header", ["", "a b", "x" * 201, "\xe9", "a\x00", '" "'])
def test_what_is_no_key(header: str) -> None:
    with pytest.raises(Problem) as caught:
        idempotent(header)
    assert caught.value.status_code == 400
