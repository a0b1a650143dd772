"""A file to the lines of its transcript: by a model of our own, or by a server over stt.v1.

Prints nothing and writes no file.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeAlias

import av
import click
from captionflow import Ended, Event, Final, Options, Word, connect
from msgspec import Struct

from inference import types
from inference.types import SAMPLE_RATE, Audio, Samples, text_of
from server.codecs import CONTAINERS, decode
from server.commands import ask
from server.commands.sources import pcm
from server.commands.talk import converse
from server.formats import About
from server.layout import Line
from server.settings import Settings
from server.uploads import Transcribed, threaded, transcribe
from streaming.events import Segment

PIECE = 10.0  # seconds decoded at a time

Tell: TypeAlias = Callable[[float], None]
"""Told how many seconds of the file are done."""


class Transcript(Struct, frozen=True):
    """What a file says. truncated: the file was damaged or cut short."""

    lines: tuple[Line, ...]
    about: About
    truncated: bool


Transcriber: TypeAlias = Callable[[Path, Tell], Awaitable[Transcript]]
"""Raises what decoding or the model or the server raises."""


def seconds_of(path: Path) -> float | None:
    """How long the file says it is; None when it does not say, or cannot be read at all."""
    try:
        with av.open(str(path), options={"format_whitelist": CONTAINERS}) as container:
            return container.duration / 1_000_000 if container.duration else None
    except (av.FFmpegError, ValueError, OSError):
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

            decoding = decode(path, PIECE)
            score = partial(vad.speech, vad.listener())
            found = await transcribe(
                threaded(decoding), engine.transcribe, score, options, settled=settled
            )
            return _local(path, found, settings.model.name, decoding.truncated)

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
async def there(url: str, language: str | None) -> AsyncIterator[Transcriber]:
    """By a server, which keeps a session of it, as fast as it takes the audio."""

    async def hear(path: Path, tell: Tell) -> Transcript:
        decoding = decode(path, PIECE)
        finals: list[Final] = []
        duration = 0.0

        def show(event: Event) -> None:
            nonlocal duration
            if isinstance(event, Final):
                finals.append(event)
                tell(event.end)
            elif isinstance(event, Ended):
                duration = event.duration

        async with connect(url, language=language, options=Options(partials=False)) as live:
            await converse(live, _bytes(threaded(decoding)), show, asyncio.Event())
        session = await ask.session(url, live.welcome.session)
        spoken = next((final.language for final in reversed(finals) if final.language), None)
        about = About(live.welcome.session, duration, spoken, session["model"])
        return Transcript(tuple(map(told, finals)), about, decoding.truncated)

    yield hear


async def _bytes(pieces: AsyncIterator[Audio]) -> AsyncGenerator[bytes, None]:
    async for audio in pieces:
        yield pcm(audio)


def told(final: Final) -> Line:
    words = tuple((word.word, word.start, word.end, _sure(word)) for word in final.words)
    return Line(final.start, final.end, final.text, words, language=final.language)


def _sure(word: Word) -> float:
    return 0.0 if word.confidence is None else word.confidence
