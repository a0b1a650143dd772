"""Sessions, segments and artifacts in Postgres. The queries are in `queries/`."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec

from inference.types import Samples
from storage import cursors, lifecycle
from storage.database import Database, queries
from storage.errors import Missing, Taken
from storage.records import Artifact, Page, Segment, Session, State


class PostgresSessions:
    """The port `Sessions`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sql = queries("sessions")

    async def create(self, session: Session) -> None:
        try:
            await self._database.row(
                self._sql["create"],
                *(session.id, session.owner, session.kind, session.state.value),
                *(session.protocol, session.model, session.options, session.language),
                *(session.room, session.created_at, session.ended_at, session.duration),
                session.error,
            )
        except asyncpg.UniqueViolationError as error:
            raise Taken(f"there is a session {session.id} already") from error

    async def get(self, owner: str, id: str) -> Session | None:
        if not id.isprintable():  # Postgres cannot even compare some of these, so it has none
            return None
        row = await self._database.row(self._sql["get"], id, owner)
        return _session(row) if row else None

    async def list(self, owner: str, limit: int = 50, cursor: str | None = None) -> Page:
        more = limit + 1  # the one too many says that there is another page
        if cursor is None:
            rows = await self._database.rows(self._sql["first_page"], owner, more)
        else:
            place = cursors.place(cursor)
            rows = await self._database.rows(self._sql["next_page"], owner, more, *place)
        sessions = tuple(map(_session, rows[:limit]))
        return Page(sessions, cursors.after(sessions[-1]) if len(rows) > limit else None)

    async def move(
        self,
        id: str,
        to: State,
        *,
        duration: Samples | None = None,
        language: str | None = None,
        ended_at: datetime | None = None,
        error: str | None = None,
    ) -> Session:
        froms = [state.value for state in lifecycle.before(to)]
        said = error if to is State.FAILED else None
        row = await self._database.row(
            self._sql["move"], id, to.value, froms, duration, language, ended_at, said
        )
        return _session(row) if row else await self._already(id, to)

    async def _already(self, id: str, to: State) -> Session:
        row = await self._database.row(self._sql["state"], id)
        if row is None:
            raise Missing(f"no session {id}")
        session = _session(row)
        if session.state is not to:
            raise lifecycle.IllegalMove(session.state, to)
        return session

    async def unfinished(self) -> Sequence[Session]:
        states = [state.value for state in lifecycle.UNFINISHED]
        return tuple(map(_session, await self._database.rows(self._sql["in_states"], states)))


class PostgresSegments:
    """The port `Segments`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sql = queries("segments")

    async def put(self, session: str, segments: Sequence[Segment]) -> None:
        if any(segment.session != session for segment in segments):
            raise ValueError(f"a segment that is not of session {session}")
        try:
            await self._database.many(self._sql["put"], [_values(it) for it in segments])
        except asyncpg.ForeignKeyViolationError as error:
            raise Missing(f"no session {session}") from error

    async def list(self, session: str) -> Sequence[Segment]:
        rows = await self._database.rows(self._sql["list"], session)
        return tuple(msgspec.convert(dict(row.items()), Segment) for row in rows)


class PostgresArtifacts:
    """The port `Artifacts`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sql = queries("artifacts")

    async def put(self, artifact: Artifact) -> None:
        try:
            await self._database.row(self._sql["put"], *msgspec.structs.astuple(artifact))
        except asyncpg.ForeignKeyViolationError as error:
            raise Missing(f"no session {artifact.session}") from error

    async def list(self, session: str) -> Sequence[Artifact]:
        rows = await self._database.rows(self._sql["list"], session)
        return tuple(msgspec.convert(dict(row.items()), Artifact) for row in rows)


def _session(row: asyncpg.Record) -> Session:
    return msgspec.convert(dict(row.items()), Session)


def _values(segment: Segment) -> tuple[object, ...]:
    return (
        *(segment.session, segment.number, segment.start, segment.end, segment.text),
        *(segment.words, segment.confidence, segment.language, segment.speaker),
        segment.live_text,
    )
