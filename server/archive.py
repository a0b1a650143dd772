"""The second listener of a session: keeps its recording and its segments as they come.

What the client is shown does not wait for it; only the end of the session does.
"""

import asyncio
import threading
from collections import deque
from contextlib import suppress

import numpy as np

from inference.types import Samples, text_of
from server.logs import logger
from server.spool import Spool
from storage.errors import StorageError
from storage.open import Storage
from storage.recorder import Recorder
from storage.records import Segment
from streaming.events import Segment as Heard
from streaming.resampler import Format
from streaming.resampler import Sound as Samples2D

log = logger("archive")

EVERY = 1.0  # seconds between writes; what a crash may cost
SOON = 10  # seconds of audio that are written at once
BACKLOG = 60  # seconds of audio that may wait for a slow disk before the client has to
STUCK = 20.0  # seconds after which a disk that takes nothing ends the session


class RecordingLost(Exception):
    """The disk does not take the audio."""


class Archive:
    def __init__(self, storage: Storage, spool: Spool, session: str, form: Format) -> None:
        self.storage = storage
        self.spool = spool
        self.session = session
        self.form = form
        self.recorder: Recorder | None = None
        self.file = threading.Lock()  # a write may go on in its thread after a cancellation
        self.sounds: deque[Samples2D] = deque()
        self.waiting = 0  # samples in `sounds`
        self.segments: deque[Segment] = deque()
        self.spooled = 0  # segments of those that are safe in the spool
        self.due = asyncio.Event()
        self.written = asyncio.Event()
        self.finished = False
        self.released = False
        self.duration: Samples = 0
        self.language: str | None = None

    async def open(self) -> None:
        """Before the session is in the database: what is there has left a trace in the spool.

        Raises OSError.
        """
        path = self.spool.recording(self.session)
        await asyncio.to_thread(self.spool.claim, self.session)
        try:
            self.recorder = await asyncio.to_thread(
                Recorder, path, self.form.rate, self.form.channels
            )
        except RuntimeError as error:  # what libsndfile says of a full disk
            raise OSError(str(error)) from None

    def sound(self, sound: Samples2D) -> None:
        """Audio to record."""
        self.sounds.append(sound)
        self.waiting += len(sound)
        if self.waiting > SOON * self.form.rate:
            self.due.set()

    async def room(self) -> None:
        """Waits while too much waits for the disk. Raises RecordingLost when it is stuck."""
        if not self._full:
            return  # as ever: a timeout for nothing would cost more than the rest
        try:
            async with asyncio.timeout(STUCK):
                while self._full:
                    self.written.clear()
                    await self.written.wait()
        except TimeoutError:
            raise RecordingLost(f"the disk took no audio for {STUCK:g} s") from None

    @property
    def _full(self) -> bool:
        return self.waiting > BACKLOG * self.form.rate and not self.released

    def release(self) -> None:
        """Nobody is to wait for it any more."""
        self.released = True
        self.written.set()

    def segment(self, heard: Heard) -> None:
        """A segment to keep. The better hearing is the text; the promise stays beside it."""
        best = heard.words if heard.better is None else heard.better
        self.segments.append(
            Segment(
                session=self.session,
                number=heard.utterance,
                start=heard.start,
                end=heard.end,
                text=text_of(best),
                words=best,
                confidence=heard.confidence,
                language=heard.language,
                live_text=None if heard.better is None else text_of(heard.words),
            )
        )

    def finish(self, duration: Samples, language: str | None) -> None:
        """Nothing more comes."""
        self.duration, self.language = duration, language
        self.finished = True
        self.due.set()

    async def run(self) -> None:
        """Until `finish` was told and all is written. Cancelled, it still closes the recording."""
        try:
            while not self.finished:
                with suppress(TimeoutError):
                    async with asyncio.timeout(EVERY):
                        await self.due.wait()
                self.due.clear()
                await self._record()
                await self._store()
        except BaseException:  # cut off: nobody waits for the database now
            await asyncio.to_thread(self.spool.keep, self.session, list(self.segments))
            raise
        finally:
            await self.close()
        await self._store()

    async def close(self) -> None:
        try:
            await self._record()
        finally:
            await asyncio.to_thread(self._close)

    async def _record(self) -> None:
        if self.sounds:
            sound = np.concatenate(self.sounds)
            self.sounds.clear()
            self.waiting = 0
            await asyncio.to_thread(self._write, sound)
            self.written.set()

    def _write(self, sound: Samples2D) -> None:
        with self.file:
            if self.recorder is not None:
                self.recorder.write(sound)

    def _close(self) -> None:
        with self.file:
            if self.recorder is not None:
                self.recorder.close()

    async def _store(self) -> None:
        """Put what waits into the database; while it is away, into the spool."""
        waiting = list(self.segments)
        if not waiting:
            return
        try:
            await self.storage.segments.put(self.session, waiting)
        except StorageError as error:
            await self._spool(waiting, error)
            return
        for _ in waiting:
            self.segments.popleft()
        if self.spooled:
            await asyncio.to_thread(self.spool.stored, self.session)
            self.spooled = 0

    async def _spool(self, waiting: list[Segment], error: StorageError) -> None:
        if not self.spooled:
            log.warning("segments wait for the database", session=self.session, error=str(error))
        if len(waiting) != self.spooled:
            await asyncio.to_thread(self.spool.keep, self.session, waiting)
            self.spooled = len(waiting)
