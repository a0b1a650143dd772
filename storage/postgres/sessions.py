"""Sessions and their leases in Postgres."""

from collections.abc import Sequence
from datetime import datetime

from inference.types import Samples
from storage import cursors, lifecycle
from storage.database import Database, queries
from storage.errors import Missing, Taken
from storage.postgres.rows import comparable, record, records
from storage.records import Kind, Page, Retention, Session, State, Upload

SQL = queries("sessions")


class PostgresSessions:
    """The port `Sessions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, session: Session) -> None:
        if await self._database.row(SQL["create"], session) is None:
            raise Taken(f"there is a session {session.id} already")

    async def get(self, owner: str, id: str) -> Session | None:
        if not comparable(id):
            return None
        row = await self._database.row(SQL["get"], id, owner)
        return record(row, Session) if row else None

    async def list(
        self,
        owner: str,
        limit: int = 50,
        cursor: str | None = None,
        *,
        state: State | None = None,
        kind: Kind | None = None,
        q: str | None = None,
    ) -> Page:
        place = cursors.place(cursor) if cursor is not None else ()
        if not comparable(q):
            return Page((), None)
        query = SQL["next_page"] if place else SQL["first_page"]
        more = limit + 1  # the one too many says that there is another page
        wanted = (state.value if state else None, kind, q)
        rows = await self._database.rows(query, owner, more, *wanted, *place)
        sessions = records(rows[:limit], Session)
        return Page(sessions, cursors.after(sessions[-1]) if len(rows) > limit else None)

    async def of_room(
        self, owner: str, room: str, since: datetime, limit: int
    ) -> Sequence[Session]:
        if not comparable(room):
            return ()
        rows = await self._database.rows(SQL["of_room"], owner, room, since, limit)
        return records(rows, Session)[::-1]

    async def move(
        self,
        id: str,
        to: State,
        *,
        duration: Samples | None = None,
        language: str | None = None,
        ended_at: datetime | None = None,
        error: str | None = None,
        ready_at: datetime | None = None,
        expires_at: datetime | None = None,
        recording_until: datetime | None = None,
        transcript_until: datetime | None = None,
    ) -> Session:
        froms = [state.value for state in lifecycle.before(to)]
        known = (duration, language, ended_at, error if to is State.FAILED else None)
        ends = (ready_at, expires_at, recording_until, transcript_until)
        leased = to in lifecycle.UNFINISHED
        row = await self._database.row(SQL["move"], id, to.value, froms, leased, *known, *ends)
        return record(row, Session) if row else await self._already(id, to)

    async def _already(self, id: str, to: State) -> Session:
        row = await self._database.row(SQL["state"], id)
        if row is None:
            raise Missing(f"no session {id}")
        session = record(row, Session)
        if session.state is not to:
            raise lifecycle.IllegalMove(session.state, to)
        return session

    async def update(
        self,
        owner: str,
        id: str,
        *,
        hold: bool | None = None,
        retention: Retention | None = None,
        expires_at: datetime | None = None,
        recording_until: datetime | None = None,
        transcript_until: datetime | None = None,
        upload: Upload | None = None,
        model: str | None = None,
        language: str | None = None,
        duration: Samples | None = None,
    ) -> Session:
        ends = (expires_at, recording_until, transcript_until)
        facts = (hold, retention, *ends, upload, model, language, duration)
        row = await self._database.row(SQL["update"], id, owner, *facts) if comparable(id) else None
        if row is None:
            raise Missing(f"no session {id}")
        return record(row, Session)

    async def erase(self, owner: str, id: str) -> bool:
        if not comparable(id):
            return False
        return await self._database.row(SQL["erase"], id, owner) is not None

    async def unfinished(self) -> Sequence[Session]:
        states = [state.value for state in lifecycle.UNFINISHED]
        return records(await self._database.rows(SQL["in_states"], states), Session)

    async def claim(self, id: str, node: str, now: datetime, until: datetime) -> int | None:
        row = await self._database.row(SQL["claim"], id, node, now, until)
        return row["generation"] if row else None

    async def renew(self, node: str, ids: Sequence[str], until: datetime) -> frozenset[str]:
        rows = await self._database.rows(SQL["renew"], node, list(ids), until)
        return frozenset(row["id"] for row in rows)

    async def orphans(self, now: datetime, limit: int) -> Sequence[Session]:
        return records(await self._database.rows(SQL["orphans"], now, limit), Session)

    async def release(self, id: str, node: str) -> None:
        await self._database.row(SQL["release"], id, node)
