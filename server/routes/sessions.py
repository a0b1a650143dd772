"""What is known of sessions, and what may be done to a whole one. Thin: look up, decide, render."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from litestar import delete, get, patch, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET

from server.editing import decisions
from server.editing.requests import SessionChange, kept
from server.editing.sessions import SessionList, SessionView, facts, view
from server.parts import OWNER
from server.retention.erase import erase
from server.routes.lookup import found, locked, none, parts_of, registry_of
from server.routes.parameters import only
from server.routes.problems import Problem, answers
from storage.open import Tables
from storage.records import Audit, Kind, Session
from storage.records import State as SessionState

Wanted = Annotated[SessionState | None, QueryParameter(name="state")]
Sort = Annotated[Kind | None, QueryParameter()]
Words = Annotated[str | None, QueryParameter(max_length=200)]
Limit = Annotated[int, QueryParameter(ge=1, le=200)]
Cursor = Annotated[str | None, QueryParameter(max_length=200)]


@get(
    "/v1/sessions",
    before_request=only("state", "kind", "q", "limit", "cursor"),
    responses=answers(),
)
async def listed(
    state: State,
    wanted: Wanted = None,
    kind: Sort = None,
    q: Words = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> SessionList:
    """Newest first. q: words of their text, the last perhaps begun, or a part of a file's name."""
    sessions = parts_of(state).storage.sessions
    page = await sessions.list(OWNER, limit, cursor, state=wanted, kind=kind, q=q or None)
    return SessionList(sessions=[facts(each) for each in page.sessions], cursor=page.cursor)


@get("/v1/sessions/{session_id:str}", before_request=only(), responses=answers(404))
async def one(session_id: FromPath[str], state: State) -> SessionView:
    storage = parts_of(state).storage
    return await _view(storage, await found(storage, session_id))


@patch("/v1/sessions/{session_id:str}", before_request=only(), responses=answers(404, 410, 422))
async def change(
    session_id: FromPath[str], data: JSONBody[SessionChange], state: State
) -> SessionView:
    """How long things are kept. A hold stops both ends; what is gone does not come back."""
    wish, parts = data.retention, parts_of(state)
    if wish == type(wish)():
        raise Problem(422, "invalid", "retention: recording, transcript or hold has to be there")
    async with parts.storage.together() as tables:
        session = await locked(tables, session_id)
        decisions.changeable(session)
        now_kept = kept(session, wish, parts.settings.retention)
        changed = await tables.sessions.update(
            OWNER,
            session_id,
            hold=None if wish.hold is UNSET else wish.hold,
            retention=now_kept.retention,
            recording_until=now_kept.recording_until,
            transcript_until=now_kept.transcript_until,
        )
        await _audit(tables, changed, "retention", {"hold": changed.hold})
        return await _view(tables, changed)


@post(
    "/v1/sessions/{session_id:str}/restore",
    before_request=only(),
    status_code=200,
    responses=answers(404, 409, 410),
)
async def restore(session_id: FromPath[str], state: State) -> SessionView:
    """A new editing window, from now on, also where the old one is not over yet."""
    parts, now = parts_of(state), datetime.now(UTC)
    until = now + timedelta(seconds=parts.settings.retention.editing)
    async with parts.storage.together() as tables:
        decisions.restorable(await locked(tables, session_id), now)
        await tables.sessions.update(OWNER, session_id, expires_at=until)
        ready = await tables.sessions.move(session_id, SessionState.READY)
        await _audit(tables, ready, "restored", {})
        return await _view(tables, ready)


@delete("/v1/sessions/{session_id:str}", before_request=only(), responses=answers(404, 503))
async def remove(session_id: FromPath[str], state: State) -> None:
    """All of it, now, whatever its state; that it was done stays known."""
    registry = registry_of(state)
    session = await found(registry.parts.storage, session_id)
    if not await erase(registry, session, OWNER, "asked for", datetime.now(UTC)):
        raise none()


async def _view(tables: Tables, session: Session) -> SessionView:
    artifacts = await tables.artifacts.list(session.id)
    return view(session, artifacts, await tables.jobs.of_session(session.id))


async def _audit(tables: Tables, session: Session, action: str, facts: dict[str, object]) -> None:
    await tables.audits.add(
        Audit(
            at=datetime.now(UTC),
            actor=OWNER,
            action=action,
            owner=session.owner,
            session=session.id,
            facts=facts,
        )
    )


ROUTES = (listed, one, change, restore, remove)
