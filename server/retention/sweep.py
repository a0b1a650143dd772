"""One pass over what has an end: editing windows, uploads that did not come, recordings, texts.

Objects go first, then rows with their audit and event, a batch at a time: while the store is away
all of it stays for the next pass. Several nodes may sweep at once; each takes what is free.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from server.logs import logger
from server.parts import Core
from server.retention.tidy import Leftovers, counts
from server.settings import RetentionSettings
from server.webhooks.telling import tell_session
from storage import ports
from storage.errors import StorageError
from storage.journal.reader import remove_stored
from storage.journal.writer import Journals
from storage.open import Storage, Tables
from storage.records import Audit, Due, Session, State

log = logger("retention")

BATCH = 100
ACTOR = "retention"
FIRST_TIDY = timedelta(minutes=15)  # after the start, when what was left over is taken up again
TIDY_EVERY = timedelta(days=1)

Step = Callable[[str], None]
"""Told the name of each step when it is done."""


class Kind(Struct, frozen=True):
    """Something of a session that is kept for a time. action: how its audit calls its end."""

    action: str
    due: Callable[[ports.Sweep, datetime], Awaitable[Sequence[Due]]]
    forget: Callable[[ports.Sweep, Sequence[str]], Awaitable[Sequence[Session]]]


UPLOADS = Kind(
    "upload_given_up",
    lambda sweep, now: sweep.due_uploads(now, BATCH),
    lambda sweep, ids: sweep.forget_recordings(ids),
)
RECORDINGS = Kind(
    "recording_deleted",
    lambda sweep, now: sweep.due_recordings(now, BATCH),
    lambda sweep, ids: sweep.forget_recordings(ids),
)
TRANSCRIPTS = Kind(
    "transcript_deleted",
    lambda sweep, now: sweep.due_transcripts(now, BATCH),
    lambda sweep, ids: sweep.forget_transcripts(ids),
)


class Sweeper:
    def __init__(
        self,
        storage: Storage,
        keep: RetentionSettings,
        journals: Journals | None,
        done: Step = lambda _: None,
    ) -> None:
        """journals: of this process, if it has any."""
        self._storage = storage
        self._keep = keep
        self._journals = journals
        self._done = done

    async def sweep(self, now: datetime) -> dict[str, int]:
        """All that is due: how much of what. What fails is left for the next pass, and told."""
        steps: dict[str, Callable[[datetime], Awaitable[int]]] = {
            "decided": self._decide,
            "expired": self._expire,
            **{kind.action: self._of(kind) for kind in (UPLOADS, RECORDINGS, TRANSCRIPTS)},
            "jobs": self._old(self._keep.jobs, lambda it, at: it.forget_jobs(at, BATCH)),
            "deliveries": self._old(
                self._keep.deliveries, lambda it, at: it.forget_deliveries(at, BATCH)
            ),
            "audits": self._old(self._keep.audit, lambda it, at: it.forget_audits(at, BATCH)),
        }
        return {name: await self._all(name, step, now) for name, step in steps.items()}

    async def _all(
        self, name: str, step: Callable[[datetime], Awaitable[int]], now: datetime
    ) -> int:
        total = 0
        try:
            while (some := await step(now)) == BATCH:
                total += some
        except (StorageError, OSError, TimeoutError) as error:
            log.warning("not swept", what=name, error=str(error))
            return total
        return total + some

    async def _decide(self, now: datetime) -> int:
        """Of sessions that failed, and those of before there was an end to anything."""
        keep = self._keep
        lengths = (keep.editing, keep.recording, keep.transcript)
        return await self._storage.sweep.decide(now, *lengths, BATCH)

    async def _expire(self, now: datetime) -> int:
        async with self._storage.together() as tables:
            expired = await tables.sweep.expire(now, BATCH)
            for session in expired:
                await tell_session(tables, session, now)
        return len(expired)

    def _of(self, kind: Kind) -> Callable[[datetime], Awaitable[int]]:
        async def forget(now: datetime) -> int:
            async with self._storage.together() as tables:
                found = await kind.due(tables.sweep, now)
                await self._delete(found)
                purged = await kind.forget(tables.sweep, [due.session.id for due in found])
                await _note(tables, kind, found, purged, now)
                self._done("rows")
            self._done("batch")
            return len(found)

        return forget

    def _old(
        self, seconds: int, forget: Callable[[ports.Sweep, datetime], Awaitable[int]]
    ) -> Callable[[datetime], Awaitable[int]]:
        def forgotten(now: datetime) -> Awaitable[int]:
            return forget(self._storage.sweep, now - timedelta(seconds=seconds))

        return forgotten

    async def _delete(self, found: Sequence[Due]) -> None:
        """Objects; and journals of those that could have been finished from them."""
        await self._storage.objects.delete_many([key for due in found for key in due.keys])
        self._done("objects")
        failed = [due.session.id for due in found if due.session.state is State.FAILED]
        await asyncio.gather(*map(self._drop_journal, failed))
        self._done("journals")

    async def _drop_journal(self, session: str) -> None:
        if self._journals:
            await self._journals.remove(session)
        await remove_stored(self._storage.objects, session)


async def _note(
    tables: Tables, kind: Kind, found: Sequence[Due], purged: Sequence[Session], now: datetime
) -> None:
    gone = {session.id for session in purged}
    for due in found:
        facts = {"objects": len(due.keys), "purged": due.session.id in gone}
        owner, id = due.session.owner, due.session.id
        await tables.audits.add(
            Audit(at=now, actor=ACTOR, action=kind.action, owner=owner, session=id, facts=facts)
        )
    for session in purged:
        await tell_session(tables, session, now)


@asynccontextmanager
async def sweeping(core: Core, journals: Journals | None = None) -> AsyncIterator[None]:
    """Sweeps at once and again and again while inside, and once a day tidies up.

    journals: of this process, if it has any.
    """
    task = asyncio.create_task(_sweep_on(core, journals), name="retention")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _sweep_on(core: Core, journals: Journals | None) -> None:
    keep = core.settings.retention
    sweeper = Sweeper(core.storage, keep, journals)
    leftovers = Leftovers(core.storage, core.settings.storage.data_dir, journals)
    tidy_at = datetime.now(UTC) + FIRST_TIDY
    while True:
        now = datetime.now(UTC)
        try:
            if any((swept := await sweeper.sweep(now)).values()):
                log.info("swept", **{name: many for name, many in swept.items() if many})
            if now >= tidy_at:
                tidy_at = now + TIDY_EVERY
                grace = max(keep.leftovers, 2 * core.settings.server.linger)
                found = await leftovers.tidy(now, timedelta(seconds=grace))
                log.info("tidied", **counts(found))
        except (StorageError, OSError, TimeoutError) as error:
            log.warning("not tidied", error=str(error))
        except Exception as error:  # the next pass may find what this one did not understand
            log.error("retention failed", exc_info=error)
        await asyncio.sleep(keep.sweep_every)
