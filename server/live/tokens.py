"""What a client shows to go on with its session; any node with our secret can tell it from another.

Pure: nothing is kept of a token. Which of them still count is known to `holding.py`.
"""

import base64
import hmac
import re

from msgspec import Struct

from storage.secret import derived

SIZE = 16  # bytes of the signature
SHAPE = re.compile(r"(\d{1,9})\.(\d{1,9})\.[A-Za-z0-9_-]{22}", re.ASCII)


class Token(Struct, frozen=True):
    """generation: of the owner that gave it. number: counts the tokens of a session."""

    generation: int
    number: int


class Given(Struct, frozen=True):
    """number: of the last token that was given. shown: of the last one that a client had."""

    number: int = 0
    shown: int = 0


def written(token: Token, session: str, secret: bytes) -> str:
    """As a client gets it. secret: of all our nodes."""
    name = f"{token.generation}.{token.number}"
    key = derived(secret, "token", f"{session}.{name}")[:SIZE]
    return f"{name}.{base64.urlsafe_b64encode(key).decode().rstrip('=')}"


def read(text: str, session: str, secret: bytes) -> Token | None:
    """None for one that is not ours, or not this session's."""
    if (found := SHAPE.fullmatch(text)) is None:
        return None
    token = Token(int(found[1]), int(found[2]))
    same = hmac.compare_digest(written(token, session, secret), text)
    return token if same else None
