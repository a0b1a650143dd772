"""The second listener of a session: keeps its recording and its segments as they come.

What the client is shown does not wait for it; only the end of the session does.
"""

import asyncio
from collections import deque
from pathlib import Path

import numpy as np

from inference.types import Samples, text_of
from server.logs import logger
from storage.errors import StorageError
from storage.open import Storage
from storage.recorder import Recorder
from storage.records import Segment, State
from streaming.events import Segment as Heard
from streaming.resampler import Format
from streaming.resampler import Sound as Samples2D

log = logger("archive")

EVERY = 1.0  # seconds between writes; what a crash may cost
BACKLOG = 120  # seconds of audio that may wait for a stuck disk
RETRIES = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds before trying the database again at the end


class RecordingLost(Exception):
    """The disk does not take the audio as fast as it comes."""


class Archive:
    def __init__(self, storage: Storage, session: str, path: Path, form: Format) -> None:
        """path: where the recording will be; it grows beside it."""
        self.storage = storage
        self.session = session
        self.recorder = Recorder(path, form.rate, form.channels)
        self.limit = BACKLOG * form.rate
        self.sounds: deque[Samples2D] = deque()
        self.waiting = 0  # samples in `sounds`
        self.segments: deque[Segment] = deque()
        self.last = asyncio.Event()
        self.duration: Samples = 0
        self.language: str | None = None

    def sound(self, sound: Samples2D) -> None:
        """Audio to record. Raises RecordingLost when too much waits for the disk."""
        self.sounds.append(sound)
        self.waiting += len(sound)
        if self.waiting > self.limit:
            raise RecordingLost(f"{BACKLOG} s of audio wait for the disk")

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
        self.last.set()

    async def run(self) -> None:
        """Until `finish` was told and all is written."""
        while not self.last.is_set():
            try:
                await asyncio.wait_for(self.last.wait(), EVERY)
            except TimeoutError:
                await self._record()
                await self._store()
        await self._close()

    async def _record(self) -> None:
        if not self.sounds:
            return
        sound = np.concatenate(self.sounds)
        self.sounds.clear()
        self.waiting = 0
        await asyncio.to_thread(self.recorder.write, sound)

    async def _store(self) -> bool:
        """Put what waits into the database; while it is away, the segments stay here."""
        waiting = list(self.segments)
        if not waiting:
            return True
        try:
            await self.storage.segments.put(self.session, waiting)
        except StorageError as error:
            log.warning("segments wait for the database", session=self.session, error=str(error))
            return False
        for _ in waiting:
            self.segments.popleft()
        return True

    async def _close(self) -> None:
        await self._record()
        await asyncio.to_thread(self.recorder.close)
        for pause in RETRIES:
            if await self._store():
                break
            await asyncio.sleep(pause)
        await self.storage.sessions.move(
            self.session, State.DRAINING, duration=self.duration, language=self.language
        )
