import pytest

from storage.cursors import after, place
from storage.errors import BadCursor
from tests.storage.shared import NOON, a_session


@pytest.mark.parametrize("id", ["s1", "a-b-c", "01JD2"])
def test_a_cursor_leads_back_to_its_place(id: str) -> None:
    assert place(after(a_session(id))) == (NOON, id)


@pytest.mark.parametrize(
    "text", ["", "1", "1-", "-a", "x-a", "1-\0", "1 -a", "٣-a", "9" * 18 + "-a", "1-a\n"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        place(text)


def test_the_latest_time_that_fits_is_still_a_time() -> None:
    assert place("9" * 17 + "-a")[0].year == 5138
