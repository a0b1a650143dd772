"""`stt.v1`, our own wire: messages to commands, events to messages. Pure.

The protocol is described in README.md of this folder; its two counters are the
position of the audio (upwards, in bytes, or packets of Opus) and the sequence
number of events (downwards).
"""

import struct
from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict, replace

from inference.types import SAMPLE_RATE, Options, Samples, Task, Word, Words, text_of
from streaming.events import (
    Caption,
    Ended,
    Event,
    Failed,
    Flushed,
    Revised,
    Segment,
    SpeechEnded,
    SpeechStarted,
    Updated,
)
from streaming.resampler import MOST_CHANNELS, RATES, Format

SUBPROTOCOL = "stt.v1"
MAX_FRAME = 65_536  # bytes of audio in one message
MAX_TEXT = 65_536  # bytes of one text message
MAX_HOTWORDS = 100
MAX_HOTWORD = 64  # characters
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
Message: TypeAlias = dict[str, Any]
_controls: msgspec.json.Decoder[Control] = msgspec.json.Decoder(Control)
_encoder = msgspec.json.Encoder()


class Request(Struct, frozen=True):
    """What a hello asks for, checked."""

    format: Format
    start: int
    options: Options
    view: "View"
    endpoint: Samples | None
    model: str | None
    room: str | None
    resume: Resume | None


class View(Struct, frozen=True):
    """What a client wants to be shown."""

    partials: bool = True
    words: bool = True
    revise: bool = False


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
        _name("id", control.id)
    return control


def _name(field: str, value: str) -> str:
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


def request(hello: Hello, languages: frozenset[str], model: str) -> Request:
    """What the hello asks for. Raises BadMessage for what this server cannot do."""
    if hello.model not in (None, model):
        raise BadMessage(f"model {hello.model!r} is not loaded; this server has {model!r}")
    if hello.room is not None:
        _name("room", hello.room)
    language = hello.language if hello.options.language is UNSET else hello.options.language
    wish = replace(hello.options, language=language)
    options, view, endpoint = wishes(wish, Options(), View(), languages)
    form = _format(hello.audio)
    if hello.start % form.unit:
        raise BadMessage(f"`start` is not a multiple of {form.unit} bytes")
    return Request(
        form, hello.start, options, view, endpoint, hello.model, hello.room, hello.resume
    )


def _format(audio: AudioFormat) -> Format:
    rate = 48_000 if audio.encoding == "opus" else audio.rate
    try:
        form = msgspec.convert({**asdict(audio), "rate": rate}, Format)
    except msgspec.ValidationError:
        raise BadMessage(f"encoding {audio.encoding!r} is not supported") from None
    if not RATES[0] <= form.rate <= RATES[1]:
        raise BadMessage(f"rate {form.rate} is not within {RATES[0]} to {RATES[1]} Hz")
    if not 1 <= form.channels <= (2 if form.encoding == "opus" else MOST_CHANNELS):
        raise BadMessage(f"{form.channels} channels are not supported")
    return form


def wishes(
    wish: Wishes, options: Options, view: View, languages: frozenset[str]
) -> tuple[Options, View, Samples | None]:
    """The options, the view and the endpoint (None: unchanged) with the wishes applied."""
    if wish.diarize is True:
        raise BadMessage("`diarize` is not offered", code="unsupported")
    language = options.language if wish.language is UNSET else _language(wish.language, languages)
    hotwords = options.hotwords if wish.hotwords is UNSET else _hotwords(wish.hotwords)
    task = options.task if wish.translate_to is UNSET else _task(wish.translate_to)
    shown = {
        name: value
        for name in ("partials", "words", "revise")
        if (value := getattr(wish, name)) is not UNSET
    }
    endpoint = None if wish.endpoint_ms is UNSET else _endpoint(wish.endpoint_ms)
    return Options(language, task, hotwords), replace(view, **shown), endpoint


def _language(language: str | None, languages: frozenset[str]) -> str | None:
    if language in (None, "auto"):
        return None
    code = language.split("-")[0].lower() if language else ""
    if code not in languages:
        raise BadMessage(f"language {language!r} is not known to the model")
    return code


def _hotwords(words: list[str]) -> tuple[str, ...]:
    if len(words) > MAX_HOTWORDS:
        raise BadMessage(f"{len(words)} `hotwords`; at most {MAX_HOTWORDS}")
    if not all(1 <= len(word) <= MAX_HOTWORD and word.isprintable() for word in words):
        raise BadMessage(f"each of `hotwords` has 1 to {MAX_HOTWORD} printable characters")
    return tuple(words)


def _task(translate_to: str | None) -> Task:
    if translate_to not in (None, "en"):
        raise BadMessage('`translate_to` can only be "en"', code="unsupported")
    return "translate" if translate_to else "transcribe"


def _endpoint(milliseconds: int) -> Samples:
    if not 100 <= milliseconds <= 5000:
        raise BadMessage("`endpoint_ms` is not within 100 to 5000")
    return milliseconds * SAMPLE_RATE // 1000


def seconds(at: Samples) -> float:
    return round(at / SAMPLE_RATE, 3)


def _word(word: Word) -> Message:
    return {
        "word": word.text,
        "start": seconds(word.start),
        "end": seconds(word.end),
        "confidence": round(word.probability, 3),
    }


def _words(words: Words) -> list[Message]:
    return [_word(word) for word in words]


class Renderer:
    """Events to messages for one client. Counts the revisions of captions and nothing else."""

    def __init__(self, view: Callable[[], View], position: Callable[[Samples], int]) -> None:
        """view: what the client wants to see now. position: a point on the session's clock as a
        position of this client's audio."""
        self.view = view
        self.position = position
        self.rev = 0

    def render(self, seq: int | None, event: Event) -> bytes | None:
        """The message for an event; None when the client did not ask for it."""
        match event:
            case Caption():
                message = self._partial(event) if self.view().partials else None
            case Segment():
                message = self._final(event)
            case Revised(utterance, words):
                better = {"text": text_of(words), "words": _words(words)}
                message = {"type": "revise", "seg": utterance, **better}
            case SpeechStarted(utterance, at):
                message = {"type": "speech_start", "seg": utterance, "at": seconds(at)}
            case SpeechEnded(utterance, at):
                message = {"type": "speech_end", "seg": utterance, "at": seconds(at)}
            case Flushed(id, at):
                message = {"type": "flushed", "id": id, "pos": self.position(at)}
            case Updated(options):
                message = {"type": "updated", "options": self._options(options)}
            case Failed(code, text):
                message = {"type": "error", "code": code, "message": text, "fatal": False}
            case Ended(at):
                message = {"type": "ended", "pos": self.position(at), "duration": seconds(at)}
        if message is None:
            return None
        return encode(message if seq is None else {**message, "seq": seq})

    def _partial(self, caption: Caption) -> Message:
        self.rev += 1
        words = caption.committed + caption.tentative
        stable = "".join(word.text for word in caption.committed).lstrip()
        return {
            "type": "partial",
            "seg": caption.utterance,
            "rev": self.rev,
            "text": "".join(word.text for word in words).lstrip(),
            "stable": len(stable),
            "start": seconds(caption.start),
            "end": seconds(words[-1].end if words else caption.start),
        }

    def _final(self, segment: Segment) -> Message:
        words = {"words": _words(segment.words)} if self.view().words else {}
        return {
            "type": "final",
            "seg": segment.utterance,
            "start": seconds(segment.start),
            "end": seconds(segment.end),
            "text": text_of(segment.words),
            "language": segment.language,
            "confidence": round(segment.confidence, 3),
            "endpoint": segment.endpoint,
            **words,
        }

    def _options(self, options: Options) -> Message:
        return {
            "language": options.language or "auto",
            "hotwords": list(options.hotwords),
            "translate_to": "en" if options.task == "translate" else None,
            **asdict(self.view()),
        }


def encode(message: Message) -> bytes:
    return _encoder.encode(message)


def welcome(session: str, token: str, position: int, linger: int, max_ahead: int) -> bytes:
    return encode(
        {
            "type": "welcome",
            "session": session,
            "token": token,
            "resumed": False,
            "received": position,
            "settled": position,
            "seq": 0,
            "linger_s": linger,
            "max_ahead_s": max_ahead,
            "max_frame": MAX_FRAME,
        }
    )


def audio_ack(received: int, settled: int) -> bytes:
    return encode({"type": "audio_ack", "received": received, "settled": settled})


def pong(t: Stamp) -> bytes:
    return encode({"type": "pong", "t": t})


def warning(code: str, message: str) -> bytes:
    return encode({"type": "warning", "code": code, "message": message})


def error(code: str, message: str, retry_after: int | None = None) -> bytes:
    fields = {} if retry_after is None else {"retry_after": retry_after}
    return encode({"type": "error", "code": code, "message": message, "fatal": True, **fields})
