"""A whole file through one pipeline: pieces of audio in, the segments of its transcript out.

The same pipeline as a live session's, so the same audio gives the same segments however it is
cut. Decodes nothing, stores nothing, and chooses no model.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from typing import TypeVar

from msgspec import Struct

from inference.types import Audio, Options, Samples
from streaming.events import Command, Event, Segment, Speak
from streaming.pipeline import Hear, Pipeline, Score
from streaming.session import Session
from streaming.settings import UPLOAD, Policy

T = TypeVar("T")


class Transcribed(Struct, frozen=True):
    """duration: what was heard. language: given, or the one most heard; None if nobody spoke."""

    segments: tuple[Segment, ...]
    duration: Samples
    language: str | None


async def transcribe(
    pieces: AsyncIterable[Audio],
    hear: Hear,
    score: Score,
    options: Options,
    policy: Policy = UPLOAD,
    settled: Callable[[Samples], None] = lambda _: None,
) -> Transcribed:
    """The transcript of the pieces, which may have any lengths.

    settled: told how much of the audio is done, as it goes. A piece is asked for only while
    fewer than `policy.in_flight` utterances wait for the model.
    Raises what `pieces` or `hear` raise: a transcript with holes is none.
    """
    segments: list[Segment] = []
    duration: Samples = 0
    session = Session(policy, options)

    def emit(event: Event) -> None:
        if isinstance(event, Segment):
            segments.append(event)
            settled(min(event.end, duration))

    async def commands() -> AsyncIterator[Command]:
        nonlocal duration
        async for piece in pieces:
            duration += len(piece)
            yield Speak(piece)
            settled(min(session.settled, duration))

    try:
        await Pipeline(session, hear, score, emit, _failed).run(commands())
    except ExceptionGroup as failures:
        raise _first(failures) from None
    settled(duration)
    return Transcribed(tuple(segments), duration, session.language.best)


async def threaded(items: Iterable[T]) -> AsyncIterator[T]:
    """Items of something that blocks, each made in a thread and only when it is asked for."""
    iterator = iter(items)
    while True:
        item = await asyncio.to_thread(next, iterator, None)
        if item is None:
            return
        yield item


def _failed(error: Exception) -> None:
    raise error


def _first(failures: ExceptionGroup[Exception]) -> Exception:
    """Several windows may fail together; the first to fail says enough."""
    first: Exception = failures
    while isinstance(first, ExceptionGroup):
        first = first.exceptions[0]
    return first
