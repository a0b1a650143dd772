"""Jobs as their owners see them, in Postgres. Who does them is not known here."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from storage import cursors, jobs
from storage.database import Database, queries
from storage.errors import Conflict, Missing, Taken
from storage.ports import Changes
from storage.postgres.pairs import paired
from storage.postgres.rows import comparable, record, records
from storage.postgres.sessions import PostgresSessions
from storage.records import Job, JobPage, Queue, Session, Status

SQL = queries("jobs")

LOOK = 5.0  # seconds after which a job is looked at although nothing was heard of it


class PostgresJobs:
    """The port `Jobs`."""

    def __init__(self, database: Database, changes: Changes) -> None:
        self._database = database
        self._changes = changes

    async def enqueue(self, session: Session, job: Job) -> Job:
        async with self._database.together() as rows:
            if earlier := await _keyed(rows, job):
                return earlier
            await _enter(PostgresSessions(rows), session)
            row = await rows.row(SQL["enqueue"], job)
            if row is None:
                raise Taken(f"there is a job {job.id} already")
        return record(row, Job)

    async def keyed(self, owner: str, key: str) -> Job | None:
        row = await self._database.row(SQL["keyed"], owner, key) if comparable(key) else None
        return record(row, Job) if row else None

    async def get(self, owner: str, id: str) -> Job | None:
        row = await self._database.row(SQL["get"], id, owner) if comparable(id) else None
        return record(row, Job) if row else None

    async def list(
        self,
        owner: str,
        limit: int = 50,
        cursor: str | None = None,
        *,
        status: Status | None = None,
    ) -> JobPage:
        place = cursors.place(cursor) if cursor is not None else ()
        query = SQL["next_page"] if place else SQL["first_page"]
        more, wanted = limit + 1, status.value if status else None
        rows = await self._database.rows(query, owner, more, wanted, *place)
        found = records(rows[:limit], Job)
        return JobPage(found, cursors.after(found[-1]) if len(rows) > limit else None)

    async def of_session(self, session: str) -> Sequence[Job]:
        return records(await self._database.rows(SQL["of_session"], session), Job)

    async def position(self, id: str) -> int | None:
        row = await self._database.row(SQL["position"], id)
        return row["position"] if row else None

    async def waiting(self, owner: str | None = None) -> dict[Queue, int]:
        counts: dict[Queue, int] = {"small": 0, "medium": 0, "large": 0}
        rows = await self._database.rows(SQL["waiting"], owner)
        return counts | {row["queue"]: row["waiting"] for row in rows}

    async def pace(self, queue: Queue) -> float | None:
        row = await self._database.row(SQL["pace"], queue)
        return row["pace"] if row else None

    async def cancel(self, owner: str, id: str, now: datetime) -> Job:
        return await self._change("cancel", owner, id, Status.CANCELLED, now)

    async def replay(self, owner: str, id: str, now: datetime) -> Job:
        return await self._change("replay", owner, id, Status.QUEUED, now, (Status.DEAD,))

    async def _change(
        self,
        query: str,
        owner: str,
        id: str,
        to: Status,
        now: datetime,
        froms: Sequence[Status] = (),
    ) -> Job:
        allowed = [status.value for status in froms or jobs.before(to)]
        if comparable(id):
            async with paired(self._database, id) as pair:
                if row := await pair.rows.row(SQL[query], id, owner, allowed, now):
                    changed = record(row, Job)
                    await pair.follow(changed, now)
                    return changed
        job = await self.get(owner, id)
        if job is None:
            raise Missing(f"no job {id}")
        if job.status is not to:
            raise Conflict(f"a job that is {job.status.value} cannot become {to.value}")
        return job

    async def events(self, owner: str, id: str, after: int = 0) -> AsyncIterator[Job]:
        with self._changes.watching(lambda change: change.id == id) as watch:
            while job := await self.get(owner, id):
                if job.version > after:
                    after = job.version
                    yield job
                if job.status in jobs.ENDS:
                    return
                await watch.wait(LOOK)


async def _keyed(rows: Database, job: Job) -> Job | None:
    """The job that its idempotency key already stands for. Raises Conflict."""
    if job.idempotency_key is None:
        return None
    key = (job.owner, job.idempotency_key)
    await rows.row(SQL["lock_key"], *key)
    row = await rows.row(SQL["keyed"], *key)
    if row is None:
        return None
    earlier = record(row, Job)
    if earlier.digest != job.digest:
        raise Conflict("this idempotency key stands for another request")
    return earlier


async def _enter(sessions: PostgresSessions, session: Session) -> None:
    try:
        await sessions.create(session)
    except Taken:
        if await sessions.get(session.owner, session.id) is None:
            raise  # another owner's
        await sessions.move(session.id, session.state)
