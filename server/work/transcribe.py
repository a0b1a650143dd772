"""A file on this disk to segments and a recording, decoded as it is heard. Knows no job.

Memory is bounded however long the file is: a piece is decoded when the pipeline asks for it.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from threading import Lock

from msgspec import Struct

from inference.types import SAMPLE_RATE, Audio, Options, Samples
from server.audio.decoding import Limits, decoding
from server.audio.mono import mixed
from server.uploads.pipeline import Transcribed, transcribe
from storage.ports import Objects
from storage.recorder import Recorder
from streaming.pipeline import Hear, Score
from streaming.resampler import Resampler, Sound

PIECE = 1 << 20  # bytes that are written to the disk at a time
USUAL = 16_000  # bytes a second of a file that does not say how long it is

Told = Callable[[float], None]
"""Told which share of it is done, 0..1; may be wrong where the file is."""


class Ears(Struct, frozen=True):
    """Who hears: the model, the voice detector of this file, what was asked of them."""

    hear: Hear
    score: Score
    options: Options


class Dub:
    """Writes what it is given into a recording, and gives it back as the pipeline hears it.

    Blocking, for one thread after the other. recording: where; None: there is one already.
    """

    def __init__(self, rate: int, recording: Path | None) -> None:
        self.rate = rate
        self.recording = recording
        self.recorder: Recorder | None = None
        self.resampler = Resampler(rate)
        self.made: Samples = 0
        self.lock = Lock()  # who gives up does not wait for the thread, but closing does

    def take(self, sound: Sound) -> Audio:
        with self.lock:
            if self.recording:
                if self.recorder is None:
                    self.recorder = Recorder(self.recording, self.rate, sound.shape[1])
                self.recorder.write(sound)
            return self._counted(self.resampler.push(mixed(sound)))

    def finish(self) -> Audio:
        with self.lock:
            return self._counted(self.resampler.finish())

    def close(self) -> None:
        with self.lock:
            if self.recorder:
                self.recorder.close()

    def _counted(self, audio: Audio) -> Audio:
        self.made += len(audio)
        return audio


async def fetch(objects: Objects, key: str, path: Path, size: int | None, told: Told) -> None:
    """The object as a file. size: its bytes, if known. Raises Missing, Unavailable, OSError."""
    waiting, done = bytearray(), 0
    with await asyncio.to_thread(path.open, "wb") as file:
        async with aclosing(objects.open(key)) as pieces:  # type: ignore[type-var]
            async for piece in pieces:
                waiting += piece
                if len(waiting) >= PIECE:
                    done += await asyncio.to_thread(file.write, bytes(waiting))
                    waiting.clear()
                    told(done / size if size else 0.0)
        await asyncio.to_thread(file.write, waiting)


async def listen(
    path: Path,
    recording: Path | None,
    limits: Limits,
    ears: Ears,
    told: Told,
    decoded: Callable[[], Awaitable[None]],
) -> Transcribed:
    """What is said in the file, and its recording at the file's own rate.

    decoded: called when all of it is decoded, and only the last answers are waited for.
    Raises BadAudio, OSError, and what `ears` and `decoded` raise.
    """
    size = (await asyncio.to_thread(path.stat)).st_size
    async with decoding(path, limits) as sound:
        found = sound.found
        dub = Dub(found.rate, recording)
        whole = (found.seconds or size / USUAL) * SAMPLE_RATE

        def settled(at: Samples) -> None:
            told(at / max(whole, dub.made, 1))

        try:
            async with aclosing(_pieces(sound.pieces, dub, decoded)) as pieces:
                return await transcribe(
                    pieces, ears.hear, ears.score, ears.options, settled=settled
                )
        finally:
            await asyncio.to_thread(dub.close)


async def _pieces(
    sounds: AsyncIterable[Sound], dub: Dub, decoded: Callable[[], Awaitable[None]]
) -> AsyncGenerator[Audio, None]:
    async for sound in sounds:
        if len(audio := await asyncio.to_thread(dub.take, sound)):
            yield audio
    if len(audio := await asyncio.to_thread(dub.finish)):
        yield audio
    await decoded()
