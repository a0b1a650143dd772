"""What a client asks for, checked against what this server can do. Pure."""

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import asdict, replace

from inference.types import SAMPLE_RATE, Options, Samples, Task
from server.protocols.native.messages import (
    AudioFormat,
    BadMessage,
    Hello,
    Resume,
    Wishes,
    name,
)
from streaming.resampler import MOST_CHANNELS, RATES, Format

MAX_HOTWORDS = 100
MAX_HOTWORD = 64  # characters


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


def request(hello: Hello, languages: frozenset[str], model: str) -> Request:
    """What the hello asks for. Raises BadMessage for what this server cannot do."""
    if hello.model not in (None, model):
        raise BadMessage(f"model {hello.model!r} is not loaded; this server has {model!r}")
    if hello.room is not None:
        name("room", hello.room)
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
