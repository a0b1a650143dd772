import pytest

from server.routes.ranges import Part, Unsatisfiable, wanted


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (None, None),
        ("bytes=0-", Part(0, 100)),
        ("bytes=10-19", Part(10, 10)),
        ("bytes=99-", Part(99, 1)),
        ("bytes=90-500", Part(90, 10)),
        ("bytes=-10", Part(90, 10)),
        ("bytes=-500", Part(0, 100)),
        ("bytes=5-4", None),
        ("bytes=0-1,5-6", None),
        ("bytes=-", None),
        ("items=0-1", None),
        ("bytes=x-1", None),
        ("bytes=" + "9" * 40 + "-", None),
    ],
)
def test_one_range_or_the_whole(header: str | None, part: Part | None) -> None:
    assert wanted(header, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=200-300", "bytes=-0"])
def test_what_lies_outside_is_refused(header: str) -> None:
    with pytest.raises(Unsatisfiable, match="100 bytes"):
        wanted(header, 100)


def test_nothing_can_be_had_of_nothing() -> None:
    with pytest.raises(Unsatisfiable):
        wanted("bytes=-1", 0)
