"""Tokens are read by who has the secret, and made by nobody else."""

import pytest

from server.live.tokens import Token, read, written

SECRET = bytes(range(32))
TOKEN = Token(3, 12)
TEXT = written(TOKEN, "s1", SECRET)


def test_what_was_written_is_read() -> None:
    assert read(TEXT, "s1", SECRET) == TOKEN
    assert written(TOKEN, "s1", SECRET) == TEXT and len(TEXT) >= 22


def test_another_session_or_secret_has_others() -> None:
    assert read(TEXT, "s2", SECRET) is None
    assert read(TEXT, "s1", bytes(32)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        TEXT[:-1],
        TEXT + "A",
        TEXT.replace("3.12", "3.13"),
        TEXT.replace("3.12", "4.12"),
        TEXT.replace("3.12", "03.12"),
        TEXT.replace("3.12", "3.1.2"),
        TEXT.replace("3.12", "\u0663.12"),
        TEXT.replace("3.12", "3." + "9" * 5000),
        TEXT + "\n",
    ],
)
def test_nothing_else_is_one(text: str) -> None:
    assert read(text, "s1", SECRET) is None
