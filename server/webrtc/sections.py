"""A session description as attributes and sections. Pure, and of no opinion what is in them."""

import re
from collections.abc import Sequence

from msgspec import Struct

SECTIONS = 32  # in one description
MEDIA = re.compile(r"m=([a-z]+) (\d{1,5}) ([A-Za-z/]+) ([!-~]+(?: [!-~]+)*)", re.ASCII)


class BadOffer(Exception):
    """What is wrong with what a publisher sent. status: of the answer to it. code: a word."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Section(Struct, frozen=True):
    """lines: attributes, without `a=`. index: among all of them."""

    index: int
    kind: str
    port: int
    profile: str
    formats: str
    lines: tuple[str, ...]

    def values(self, name: str) -> list[str]:
        return values(self.lines, name)

    @property
    def mid(self) -> str:
        return next(iter(self.values("mid")), str(self.index))


def text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise BadOffer(400, "bad_sdp", "the body is not UTF-8") from None


def parsed(text: str) -> tuple[list[str], list[Section]]:
    """The attributes of the whole, and the sections."""
    blocks = re.split(r"(?m)^(?=m=)", text.replace("\r\n", "\n"))
    if not blocks[0].startswith("v=0\n"):
        raise BadOffer(400, "bad_sdp", "the body does not begin with `v=0`")
    if len(blocks) - 1 > SECTIONS:
        raise BadOffer(400, "bad_sdp", f"more than {SECTIONS} sections")
    sections = [_section(index, block) for index, block in enumerate(blocks[1:])]
    if len({each.mid for each in sections}) < len(sections):
        raise BadOffer(400, "bad_sdp", "two sections have the same `mid`")
    return attributes(blocks[0]), sections


def _section(index: int, block: str) -> Section:
    first = block.split("\n", 1)[0].rstrip()
    if (found := MEDIA.fullmatch(first)) is None:
        raise BadOffer(400, "bad_sdp", f"not a section: {first[:100]!r}")
    kind, port, profile, formats = found.groups()
    return Section(index, kind, int(port), profile, formats, tuple(attributes(block)))


def attributes(block: str) -> list[str]:
    return [line[2:].strip() for line in block.split("\n") if line.startswith("a=")]


def values(attributes: Sequence[str], name: str) -> list[str]:
    return [line[len(name) + 1 :] for line in attributes if line.startswith(f"{name}:")]


def named(lines: Sequence[str], name: str) -> list[str]:
    return [line for line in lines if line == name or line.startswith(f"{name}:")]
