"""What a client says in `stt.v1`: messages to values. Pure.

The protocol is described in ../README.md. A message is either understood whole
or refused with what is wrong; what it asks for is checked in requests.py.
"""

import struct
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from inference.types import SAMPLE_RATE

SUBPROTOCOL = "stt.v1"
MAX_FRAME = 65_536  # bytes of audio in one message
MAX_TEXT = 65_536  # bytes of one text message
MAX_NAME = 128  # characters of a name that a client gives
MAX_REASON = 400  # characters of an error; a part of the client's own words may be in it
FARTHEST = 1 << 53  # positions and numbers: what JSON can carry exactly
HEADER = struct.Struct(">BQ")

Position = Annotated[int, Meta(ge=0, le=FARTHEST)]
Number = Annotated[int, Meta(ge=-FARTHEST, le=FARTHEST)]
Stamp = Number | float | Annotated[str, Meta(max_length=MAX_NAME)] | None


class BadMessage(Exception):
    """What a client did wrong, with the close code that says so."""

    def __init__(self, message: str, close: int = 4400, code: str = "bad_message") -> None:
        super().__init__(message[:MAX_REASON])
        self.close = close
        self.code = code


class AudioFormat(Struct, frozen=True, forbid_unknown_fields=True):
    encoding: str = "pcm_s16le"
    rate: Number = SAMPLE_RATE
    channels: Number = 1


class Wishes(Struct, frozen=True, forbid_unknown_fields=True):
    """The `options` of hello and update; what is absent stays as it is."""

    partials: bool | UnsetType = UNSET
    words: bool | UnsetType = UNSET
    revise: bool | UnsetType = UNSET
    endpoint_ms: Number | UnsetType = UNSET
    hotwords: list[str] | UnsetType = UNSET
    language: str | None | UnsetType = UNSET
    diarize: bool | UnsetType = UNSET
    translate_to: str | None | UnsetType = UNSET


class Resume(Struct, frozen=True, forbid_unknown_fields=True):
    session: str
    token: str
    seq: Position = 0


class Hello(Struct, tag_field="type", tag="hello", forbid_unknown_fields=True):
    audio: AudioFormat = AudioFormat()
    start: Position = 0
    language: str | None = None
    model: str | None = None
    options: Wishes = Wishes()
    room: str | None = None
    resume: Resume | None = None


class Ack(Struct, tag_field="type", tag="ack", forbid_unknown_fields=True):
    seq: Position


class FlushMessage(Struct, tag_field="type", tag="flush", forbid_unknown_fields=True):
    id: str


class UpdateMessage(Struct, tag_field="type", tag="update", forbid_unknown_fields=True):
    options: Wishes


class Ping(Struct, tag_field="type", tag="ping", forbid_unknown_fields=True):
    t: Stamp = None


class End(Struct, tag_field="type", tag="end", forbid_unknown_fields=True):
    pos: Position


class Sound(Struct, frozen=True):
    """A binary message: audio from `pos` on."""

    pos: int
    data: bytes


class Gap(Struct, frozen=True):
    """A binary message: the client lost `length` from `pos` on."""

    pos: int
    length: int


Control = Hello | Ack | FlushMessage | UpdateMessage | Ping | End
_controls: msgspec.json.Decoder[Control] = msgspec.json.Decoder(Control)


def parse(message: bytes | str) -> Control | Sound | Gap:
    """Raises BadMessage with what is wrong and where."""
    if isinstance(message, bytes):
        return _binary(message)
    if len(message) > MAX_TEXT:
        raise BadMessage(f"a text message of more than {MAX_TEXT} characters")
    try:
        control = _controls.decode(message)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadMessage(str(error)) from None
    if isinstance(control, FlushMessage):
        name("id", control.id)
    return control


def name(field: str, value: str) -> str:
    """Names are stored, logged and shown: no control characters. Raises BadMessage."""
    if not 1 <= len(value) <= MAX_NAME or not value.isprintable():
        raise BadMessage(f"`{field}` has 1 to {MAX_NAME} printable characters")
    return value


def _binary(message: bytes) -> Sound | Gap:
    if len(message) < HEADER.size:
        raise BadMessage(f"a binary message of {len(message)} bytes has no header of {HEADER.size}")
    kind, pos = HEADER.unpack_from(message)
    data = message[HEADER.size :]
    if len(data) > MAX_FRAME:
        raise BadMessage(f"{len(data)} bytes of audio in one message; `max_frame` is {MAX_FRAME}")
    match kind:
        case 1:
            return Sound(pos, data)
        case 2 if len(data) == 8:
            return Gap(pos, int.from_bytes(data, "big"))
        case 2:
            raise BadMessage("a gap message has 17 bytes")
        case _:
            raise BadMessage(f"unknown kind of binary message: {kind}")
