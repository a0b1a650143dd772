"""What an object and its type may be called, in every store alike. Pure; knows no store."""

import re

from storage.errors import BadKey

LONGEST = 512  # characters

NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}"
KEY = re.compile(rf"{NAME}(/{NAME})*")
PREFIX = re.compile(rf"({NAME}/)*({NAME})?")

TYPE = re.compile(r"[!-~]([ -~]{0,253}[!-~])?")  # of a header that no store takes amiss


def is_key(text: str) -> bool:
    """Names of letters, digits and `_ . -`, none beginning with a dot, with slashes in between."""
    return len(text) <= LONGEST and KEY.fullmatch(text) is not None


def checked(key: str) -> str:
    """The key itself. Raises BadKey."""
    if not is_key(key):
        raise BadKey(f"not a key: {key[:LONGEST]!r}")
    return key


def checked_prefix(prefix: str) -> str:
    """What some key might begin with, as it is. Raises BadKey."""
    if len(prefix) > LONGEST or not PREFIX.fullmatch(prefix):
        raise BadKey(f"no key begins so: {prefix[:LONGEST]!r}")
    return prefix


def checked_type(content_type: str) -> str:
    """A content type as it is: printable ASCII. Raises ValueError."""
    if not TYPE.fullmatch(content_type):
        raise ValueError(f"not a content type: {content_type[:100]!r}")
    return content_type
