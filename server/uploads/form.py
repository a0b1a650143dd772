"""A `multipart/form-data` body (RFC 7578), told piece by piece: fields, and one file. Pure.

The grammar is the library's; which parts there may be, and how large fields get, is ours. The
file's bytes go through; how many they may be is for whoever stores them to say.
"""

import re
from collections.abc import Iterator

from msgspec import Struct
from multipart import (
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

FILE = "file"  # the part that is one
MAX_FIELD = 4096  # bytes of a field's value
MAX_PARTS = 128
BOUNDARY = re.compile("[ -~]{1,70}", re.ASCII)  # about as in RFC 2046, section 5.1.1


class BadForm(Exception):
    """The body is no form, or not one of ours. status, code: what to answer."""

    def __init__(self, message: str, status: int = 400, code: str = "bad_form") -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Field(Struct, frozen=True):
    name: str
    value: str


class File(Struct, frozen=True):
    """Its bytes follow, then End."""

    filename: str | None
    content_type: str | None


class End(Struct, frozen=True):
    """Of the file."""


Part = Field | File | bytes | End


class Form:
    def __init__(self, content_type: str | None) -> None:
        """content_type: the header of the request. Raises BadForm."""
        kind, given = parse_options_header(content_type or "")
        boundary = given.get("boundary", "")
        if kind != "multipart/form-data":
            raise BadForm("send multipart/form-data", 415, "unsupported_media_type")
        if not BOUNDARY.fullmatch(boundary):
            raise BadForm("the content type names no boundary, or not a possible one")
        self._parser = PushMultipartParser(boundary, max_segment_count=MAX_PARTS)
        self._part: MultipartSegment | None = None
        self._value = bytearray()
        self._files = 0

    def feed(self, data: bytes) -> Iterator[Part]:
        """What the next bytes say; to be used up before there are others. Raises BadForm."""
        try:
            for event in self._parser.parse(data) if data else ():
                yield from self._told(event)
        except MultipartError as error:
            raise BadForm(f"not a form: {error}", 413 if _is_limit(error) else 400) from None

    def finish(self) -> None:
        """The body is over. Raises BadForm when the form is not, or has no file."""
        try:
            self._parser.close()
        except MultipartError:
            raise BadForm("the form is cut off") from None
        if not self._files:
            raise BadForm(f"there is no part {FILE!r}", code="no_file")

    def _told(self, event: "MultipartSegment | bytes | bytearray | None") -> Iterator[Part]:
        if isinstance(event, MultipartSegment):
            self._part = event
            yield from self._begun(event)
        elif event is None:
            yield self._ended()
        elif self._is_file:
            yield bytes(event)
        else:
            self._value += event
            if len(self._value) > MAX_FIELD:
                raise BadForm(f"{self._name!r} has more than {MAX_FIELD} bytes", 413)

    def _begun(self, part: MultipartSegment) -> Iterator[Part]:
        self._value.clear()
        if self._is_file:
            self._files += 1
            if self._files > 1:
                raise BadForm(f"there is more than one part {FILE!r}", code="several_files")
            yield File(part.filename, part.content_type)
        elif part.filename is not None:
            raise BadForm(f"{self._name!r} is a file; the only one is {FILE!r}")

    def _ended(self) -> Part:
        if self._is_file:
            return End()
        try:
            return Field(self._name, self._value.decode())
        except UnicodeDecodeError:
            raise BadForm(f"{self._name!r} is not UTF-8") from None

    @property
    def _name(self) -> str:
        return ((self._part and self._part.name) or "")[:100]

    @property
    def _is_file(self) -> bool:
        return self._name == FILE


def _is_limit(error: MultipartError) -> bool:
    return isinstance(error, ParserLimitReached)
