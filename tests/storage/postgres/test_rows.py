import pytest

from storage.postgres.rows import comparable


@pytest.mark.parametrize("text", ["", "a b", "日本", None])
def test_ordinary_texts_can_be_compared(text: str | None) -> None:
    assert comparable(text)


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "a\nb"])
def test_what_postgres_refuses_is_not_asked_for(text: str) -> None:
    assert not comparable("a", text)
