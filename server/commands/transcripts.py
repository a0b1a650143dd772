"""A file to the lines of its transcript: by a model of our own, or by a server as a job.

Prints nothing and writes no file.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Protocol, TypeAlias

import captionflow
import click
from captionflow import AsyncBatch, ServerError, Uploading, Working
from msgspec import Struct

from inference import types
from inference.types import SAMPLE_RATE, Samples, text_of
from server.audio.decoding import BadAudio, DecoderLost, UnreadableAudio, decoding, probe
from server.audio.mono import heard
from server.commands.sources import OUR_OWN
from server.results.formats import About
from server.results.layout import Line
from server.settings import Settings
from server.uploads.pipeline import Transcribed, transcribe
from streaming.events import Segment


class Tell(Protocol):
    """Told how many seconds of the file are done, and what is done now, where that can be said."""

    def __call__(self, seconds: float, stage: str = "", /) -> None: ...


class Transcript(Struct, frozen=True):
    """What a file says. truncated: the file was damaged or cut short."""

    lines: tuple[Line, ...]
    about: About
    truncated: bool


Transcriber: TypeAlias = Callable[[Path, Tell], Awaitable[Transcript]]
"""Raises what decoding or the model or the server raises."""


async def seconds_of(path: Path) -> float | None:
    """How long the file says it is; None when it does not say, or cannot be read at all."""
    try:
        return (await probe(path, OUR_OWN)).seconds
    except (BadAudio, DecoderLost, OSError):
        return None


@asynccontextmanager
async def here(settings: Settings, language: str | None) -> AsyncIterator[Transcriber]:
    """In this process, with the model that the settings name. Raises ClickException."""
    # The model's libraries take a second to load, which those with a server need not wait for.
    from inference.engine import Engine, Entry, running
    from inference.models import BadWeights, UnknownModel, folder
    from inference.scheduler import Scheduler
    from inference.vad import Silero, Vad
    from inference.whisper import Whisper

    try:
        weights = await asyncio.to_thread(folder, settings.model.name)
        model = await asyncio.to_thread(Whisper, weights, settings.model)
    except (UnknownModel, BadWeights) as error:
        raise click.ClickException(str(error)) from None
    if language not in (None, "auto") and language not in model.languages:
        raise click.ClickException(f"language {language!r} is not known to the model")
    options = types.Options(None if language == "auto" else language)
    scheduler = Scheduler[Entry](settings.model.max_batch)
    async with AsyncExitStack() as stack:
        engine = Engine(model, scheduler, settings.model.workers)
        await stack.enter_async_context(running(engine))
        vad = await stack.enter_async_context(Vad(Silero()))

        async def hear(path: Path, tell: Tell) -> Transcript:
            def settled(at: Samples) -> None:
                tell(at / SAMPLE_RATE)

            score = partial(vad.speech, vad.listener())
            async with decoding(path, OUR_OWN) as sound:
                pieces = heard(sound.pieces, sound.found.rate)
                found = await transcribe(pieces, engine.transcribe, score, options, settled=settled)
            return _local(path, found, settings.model.name, sound.truncated)

        yield hear


def _local(path: Path, found: Transcribed, model: str, truncated: bool) -> Transcript:
    about = About(path.stem, found.duration / SAMPLE_RATE, found.language, model)
    return Transcript(tuple(map(line, found.segments)), about, truncated)


def line(segment: Segment) -> Line:
    words = tuple(
        (word.text, word.start / SAMPLE_RATE, word.end / SAMPLE_RATE, word.probability)
        for word in segment.words
    )
    start, end = segment.start / SAMPLE_RATE, segment.end / SAMPLE_RATE
    return Line(start, end, text_of(segment.words), words, language=segment.language)


@asynccontextmanager
async def there(url: str, language: str | None, model: str | None) -> AsyncIterator[Transcriber]:
    """By a server, which keeps a session of it: the file goes there as it is, and is a job."""
    batch = AsyncBatch(url)

    async def hear(path: Path, tell: Tell) -> Transcript:
        whole = await seconds_of(path)

        def told(progress: Uploading | Working) -> None:
            match progress:
                case Uploading(sent, size):
                    tell(0.0, f"sending {100 * sent // size} %")
                case Working(stage, share):
                    tell(share * (whole or 0.0), stage)

        try:
            found = await batch.transcribe(path, language=language, model=model, told=told)
        except ServerError as error:
            if error.code in OF_THE_FILE:
                raise UnreadableAudio(error.message) from None
            raise
        about = About(found.session, found.duration, found.language, found.model)
        truncated = found.duration < 0.98 * (whole or 0.0) - 0.1
        return Transcript(tuple(map(given, found.segments)), about, truncated)

    yield hear


OF_THE_FILE = frozenset({"unreadable_audio", "too_long", "too_large", "upload_mismatch"})
"""What a server says of one file; the next one may be better."""


def given(segment: captionflow.Segment) -> Line:
    """A segment of a server's, whose words have lost their spaces on the way."""
    words, at = [], 0
    for word in segment.words:
        place = segment.text.find(word.word, at)
        text = segment.text[at : place + len(word.word)] if place >= 0 else f" {word.word}"
        at = place + len(word.word) if place >= 0 else at
        words.append((text, word.start, word.end, word.confidence or 0.0))
    return Line(
        segment.start,
        segment.end,
        segment.text,
        tuple(words),
        segment.speaker,
        language=segment.language,
    )
