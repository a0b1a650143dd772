"""A session is heard once more, from what is stored of it. Thin: look up, decide, enqueue."""

import secrets
from datetime import UTC, datetime

from litestar import post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody
from msgspec.structs import replace

from server.editing import again, decisions
from server.editing.requests import Again
from server.parts import OWNER
from server.routes.lookup import found, locked, parts_of
from server.routes.parameters import only
from server.routes.problems import answers
from server.uploads.door import Door
from server.uploads.options import Wishes
from server.uploads.refusals import told
from server.uploads.showing import JobView, plain
from storage.records import Job, Session


@post(
    "/v1/sessions/{session_id:str}/retranscribe",
    before_request=only(),
    status_code=202,
    responses=answers(404, 409, 410, 422, 429, 503),
)
async def create(session_id: FromPath[str], data: JSONBody[Again], state: State) -> JobView:
    """The old text stays, and can be corrected, until the new one takes its place."""
    door: Door = state.uploads.door
    session = await found(parts_of(state).storage, session_id)
    door.check_open()
    with told():
        wishes = door.checked(again.wished(session, data))
    await door.check_queue(OWNER, wishes.model or session.model)
    return plain(await _enqueued(state, session, wishes))


async def _enqueued(state: State, session: Session, wishes: Wishes) -> Job:
    """Of several who ask at the same time, one has the job. Raises Problem."""
    job = again.job_of(f"j{secrets.token_hex(8)}", session, wishes, datetime.now(UTC))
    async with parts_of(state).storage.together() as tables:
        now = await locked(tables, session.id)
        artifacts = await tables.artifacts.list(session.id)
        jobs = await tables.jobs.of_session(session.id)
        meanwhile = decisions.audible(now, artifacts, jobs)
        return await tables.jobs.enqueue(replace(now, state=meanwhile), job)


ROUTES = (create,)
