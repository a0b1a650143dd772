"""The wire of `stt.v1`: values to messages and back. Pure: no socket, no clock, no state.

Positions are bytes of the client's own audio; times on the wire are seconds.
"""

import struct
from typing import Literal, TypeAlias
from urllib.parse import urlsplit, urlunsplit

import msgspec
from msgspec import UNSET, Struct, UnsetType

SUBPROTOCOL = "stt.v1"
PATH = "/v1/stream"
HEADER = struct.Struct(">BQ")
AUDIO, GAP = 1, 2

Encoding = Literal["pcm_s16le", "mulaw"]
SAMPLE_BYTES: dict[str, int] = {"pcm_s16le": 2, "mulaw": 1}


class BadEvent(ValueError):
    """The server sent something that is not `stt.v1`."""


class AudioFormat(Struct, frozen=True):
    """How the bytes given to `send` are to be read; channels are interleaved."""

    encoding: Encoding = "pcm_s16le"
    rate: int = 16_000  # samples a second of one channel
    channels: int = 1

    @property
    def unit(self) -> int:
        """Bytes of one sample of all channels: audio is only ever cut there."""
        return SAMPLE_BYTES[self.encoding] * self.channels

    @property
    def bytes_per_second(self) -> int:
        return self.unit * self.rate


class Options(Struct, frozen=True):
    """What a session may be asked for."""

    partials: bool = True
    words: bool = True  # word times and confidences in finals
    endpoint_ms: int = 500  # a pause this long ends an utterance
    hotwords: tuple[str, ...] = ()  # terms to expect, most important first
    revise: bool = False  # better text for a final, when a second pass finds one


class Resume(Struct, frozen=True):
    """A session to go on with, after the event `seq`."""

    session: str
    token: str
    seq: int


class Hello(Struct, frozen=True, tag="hello"):
    """First message. A language of "auto" lets the server detect it; absent is its default."""

    audio: AudioFormat
    start: int = 0
    language: str | UnsetType = UNSET
    model: str | UnsetType = UNSET
    options: Options = Options()
    resume: Resume | UnsetType = UNSET


class Ack(Struct, frozen=True, tag="ack"):
    """All events up to `seq` have been handled here."""

    seq: int


class Flush(Struct, frozen=True, tag="flush"):
    """Make everything sent so far final."""

    id: str


class Update(Struct, frozen=True, tag="update"):
    """Other options from here on."""

    options: Options


class Ping(Struct, frozen=True, tag="ping"):
    """Comes back as `Pong` with the same `t`."""

    t: float


class End(Struct, frozen=True, tag="end"):
    """No more audio; `pos` is the number of bytes of the whole."""

    pos: int


Message: TypeAlias = Hello | Ack | Flush | Update | Ping | End


class Word(Struct, frozen=True):
    """One word of a final; keeps its leading space where the script has one."""

    word: str
    start: float
    end: float
    confidence: float | None = None


class Welcome(Struct, frozen=True, tag="welcome"):
    """The session is open. after: the event after which it goes on; None: the one asked for."""

    session: str
    token: str = ""
    resumed: bool = False
    received: int = 0
    settled: int = 0
    seq: int = 0
    after: int | None = None
    linger_s: float = 0.0
    max_ahead_s: float = 30.0
    max_frame: int = 65_536


class AudioAck(Struct, frozen=True, tag="audio_ack"):
    """Audio below `received` is there; all text of audio below `settled` has been sent."""

    received: int
    settled: int


class Partial(Struct, frozen=True, tag="partial"):
    """A caption while one speaks. The first `stable` characters of `text` never change."""

    seg: int
    text: str
    rev: int = 0
    stable: int = 0
    start: float = 0.0
    end: float = 0.0


class Final(Struct, frozen=True, tag="final"):
    """A segment; begins with all that was stable and never changes. May be empty."""

    seq: int
    seg: int
    start: float
    end: float
    text: str
    words: tuple[Word, ...] = ()
    language: str | None = None
    confidence: float | None = None
    endpoint: bool = False  # a pause follows


class Revise(Struct, frozen=True, tag="revise"):
    """Better text for a segment, for those who asked for it."""

    seq: int
    seg: int
    text: str
    words: tuple[Word, ...] = ()


class SpeechStart(Struct, frozen=True, tag="speech_start"):
    """Somebody began to speak at `at` seconds."""

    seq: int
    seg: int
    at: float


class SpeechEnd(Struct, frozen=True, tag="speech_end"):
    """The speech of the segment ended at `at` seconds."""

    seq: int
    seg: int
    at: float


class Flushed(Struct, frozen=True, tag="flushed"):
    """Everything sent before the flush is final; `pos` is how far it reached."""

    seq: int
    id: str
    pos: int


class Updated(Struct, frozen=True, tag="updated"):
    """The options now in force."""

    seq: int
    options: Options


class Warning(Struct, frozen=True, tag="warning"):
    """Something the user should know; the session goes on."""

    code: str
    message: str
    seq: int | None = None


class Pong(Struct, frozen=True, tag="pong"):
    """The answer to `Ping`."""

    t: float


class Ended(Struct, frozen=True, tag="ended"):
    """Nothing follows; `duration` is in seconds."""

    seq: int
    pos: int
    duration: float


class Error(Struct, frozen=True, tag="error"):
    """Something failed; after a fatal one the session is over."""

    code: str
    message: str
    fatal: bool = False
    retry_after: float | None = None
    seq: int | None = None


Event: TypeAlias = (
    Welcome
    | AudioAck
    | Partial
    | Final
    | Revise
    | SpeechStart
    | SpeechEnd
    | Flushed
    | Updated
    | Warning
    | Pong
    | Ended
    | Error
)


class _Kind(Struct):
    type: str


_encoder = msgspec.json.Encoder()
_kinds = msgspec.json.Decoder(_Kind)
_events = msgspec.json.Decoder(Event)
KNOWN = frozenset(
    ("welcome", "audio_ack", "partial", "final", "revise", "speech_start", "speech_end")
    + ("flushed", "updated", "warning", "pong", "ended", "error")
)


def encode(message: Message) -> str:
    """A control message as its text frame."""
    return _encoder.encode(message).decode()


def encode_audio(pos: int, data: bytes) -> bytes:
    """A binary frame of audio whose first byte stands at `pos`."""
    return HEADER.pack(AUDIO, pos) + data


def encode_gap(pos: int, length: int) -> bytes:
    """A binary frame that says `length` bytes from `pos` on will never come."""
    return HEADER.pack(GAP, pos) + length.to_bytes(8, "big")


def decode_event(message: str | bytes) -> Event | None:
    """The event of a text frame; None when a newer server says something unknown here.

    Unknown fields are left out. Raises BadEvent for anything that is no event at all.
    """
    try:
        if _kinds.decode(message).type not in KNOWN:
            return None
        event: Event = _events.decode(message)
        return event
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadEvent(f"the server sent a message that is not {SUBPROTOCOL}: {error}") from None


def seq_of(event: Event) -> int | None:
    """The event's own number; None for those that are sent once and not kept."""
    match event:
        case Welcome() | AudioAck() | Partial() | Pong():
            return None
        case _:
            return event.seq


def stream_url(url: str) -> str:
    """The WebSocket address for what a user may give: http or ws, with or without the path.

    Raises ValueError when it is no such address.
    """
    parts = urlsplit(url)
    scheme = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}.get(parts.scheme)
    if scheme is None or not parts.hostname:
        raise ValueError(f"not a server address: {url!r}; give one like http://127.0.0.1:8080")
    path = PATH if parts.path in ("", "/") else parts.path
    return urlunsplit((scheme, parts.netloc, path, parts.query, ""))
