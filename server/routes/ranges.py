"""The `Range` header of a request, read for one object. Pure; RFC 9110, section 14."""

import re

from msgspec import Struct

ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class Unsatisfiable(ValueError):
    """The range lies outside the object."""


class Part(Struct, frozen=True):
    """`length` bytes from `start` on."""

    start: int
    length: int


def wanted(header: str | None, size: int) -> Part | None:
    """What the header asks for of `size` bytes; None for all of it.

    As the RFC allows, a header that is broken or names several ranges is taken as none.
    Raises Unsatisfiable.
    """
    match = ONE.fullmatch(header.strip()) if header else None
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return _tail(int(last), size)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable(f"the recording has {size} bytes")
    end = min(int(last) + 1, size) if last else size
    return Part(int(first), end - int(first))


def _tail(length: int, size: int) -> Part:
    if length == 0 or size == 0:
        raise Unsatisfiable(f"the recording has {size} bytes")
    start = max(0, size - length)
    return Part(start, size - start)
