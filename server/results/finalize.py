"""Makes the recording and the transcript of a session whose audio has ended.

Every step may be repeated: what is done again is done the same, and the
journal, from which all is made, goes last and by another hand.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from server.results import keeping
from server.results.recording import Kept, record
from server.settings import RetentionSettings
from storage.errors import Missing
from storage.journal.reader import load
from storage.open import Storage
from storage.ports import Objects
from storage.records import Segment as Row
from storage.records import Session, State

Step = Callable[[str], None]
"""Told the name of each step when it is done."""

BEFORE = (State.OPEN, State.DRAINING, State.FINALIZING, State.FAILED)


class Finalizer:
    """For all sessions of a server."""

    def __init__(
        self,
        storage: Storage,
        journals: Path,
        store: Objects | None,
        work: Path,
        keep: RetentionSettings,
        done: Step = lambda _: None,
    ) -> None:
        """journals, store: where journals are, here and if not None also there. work: a folder for
        recordings that are being made; whoever starts a server empties it."""
        self.storage = storage
        self.journals = journals
        self.store = store
        self.work = work
        self.keep = keep
        self.done = done

    async def finalize(self, owner: str, session: str, error: str | None = None) -> Session:
        """Recording and transcript into the store, and the session is READY; FAILED with an error.

        One that is so already is left alone. Raises Missing, StorageError, OSError.
        """
        found = await self.storage.sessions.get(owner, session)
        if found is None:
            raise Missing(f"no session {session}")
        if found.state not in BEFORE:
            return found
        with TemporaryDirectory(dir=self.work) as folder:
            path = Path(folder) / "recording.flac"
            records = load(self.journals, self.store, session)
            kept = await record(session, records, path)
            self.done("recorded")
            begun = await self._begin(found, kept)
            artifacts = await keeping.recording(self.storage.objects, begun, path)
            self.done("recording")
        segments = await self.storage.segments.list(session)
        artifacts += await keeping.transcripts(self.storage.objects, begun, segments)
        self.done("transcripts")
        async with self.storage.together() as tables:
            now = datetime.now(UTC)
            ended = await keeping.end(tables, begun, artifacts, self.keep, now, error)
        self.done("ready" if error is None else "failed")
        return ended

    async def _rows(self, session: str, kept: Kept) -> list[Row]:
        """What the journal has. Another owner that was lost may have left more: of audio that was
        heard again it goes, of audio that was lost with it, it is all there is."""
        numbers = {row.number for row in kept.rows}
        left = await self.storage.segments.list(session)
        lost = [it for it in left if it.number not in numbers and it.start >= kept.duration]
        return [*kept.rows, *lost]

    async def _begin(self, found: Session, kept: Kept) -> Session:
        await self.storage.segments.replace(found.id, await self._rows(found.id, kept))
        self.done("rows")
        if found.state is State.OPEN:
            await self.storage.sessions.move(
                found.id, State.DRAINING, duration=kept.duration, language=kept.language
            )
            self.done("draining")
        begun = await self.storage.sessions.move(
            found.id,
            State.FINALIZING,
            duration=kept.duration,
            language=kept.language,
            ended_at=datetime.now(UTC) if found.ended_at is None else None,
        )
        self.done("finalizing")
        return begun
