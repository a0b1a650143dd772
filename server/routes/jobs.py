"""Jobs over HTTP: how they are doing, followed as they go, ended, begun again. Thin."""

from datetime import UTC, datetime
from typing import Annotated, Any

from litestar import WebSocket, delete, get, post, websocket
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, HeaderParameter, QueryParameter
from litestar.types import ASGIApp
from msgspec import Struct

from server.parts import OWNER
from server.routes.lookup import parts_of
from server.routes.parameters import only
from server.routes.problems import Problem
from server.uploads.cancelling import cancel
from server.uploads.showing import JobView, plain, whole
from server.uploads.uploads import Uploads
from server.uploads.watching import Stream, over_socket
from storage.open import Storage
from storage.records import Job, Status

NO_SUCH, NO_SEAT = 4404, 1013  # close codes
MOST = 1 << 62  # the greatest version that anybody can have


class Jobs(Struct, frozen=True):
    """Newest first. cursor: asks for those after them; None: there are none."""

    jobs: list[JobView]
    cursor: str | None


@get("/v1/jobs", before_request=only("status", "limit", "cursor"))
async def listed(
    state: State,
    status: FromQuery[Status | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
    cursor: FromQuery[str | None] = None,
) -> Jobs:
    page = await _storage(state).jobs.list(OWNER, limit, cursor, status=status)
    return Jobs([plain(job) for job in page.jobs], page.cursor)


@get("/v1/jobs/{job_id:str}", before_request=only())
async def one(job_id: FromPath[str], state: State) -> JobView:
    return await whole(_storage(state).jobs, await _found(state, job_id))


@get(
    "/v1/jobs/{job_id:str}/events",
    before_request=only("last_event_id"),
    media_type="text/event-stream",
    responses={204: ResponseSpec(None, description="It has ended, and you know how.")},
)
async def events(
    job_id: FromPath[str],
    state: State,
    last_event_id: Annotated[str | None, HeaderParameter(name="last-event-id")] = None,
    after: Annotated[str | None, QueryParameter(name="last_event_id")] = None,
) -> ASGIApp:
    """Every change of a job until it has ended, as server-sent events with its version as id."""
    watching = _uploads(state).watching
    job = await _found(state, job_id)
    if watching.full:
        later = {"retry-after": "5"}
        raise Problem(503, "overloaded", "no room for another watcher", headers=later)
    return Stream(watching, job, version(last_event_id or after))


@websocket("/v1/jobs/{job_id:str}/ws")
async def follow(job_id: FromPath[str], socket: WebSocket[Any, Any, Any], state: State) -> None:
    """The same as messages; `last_event_id` in the query."""
    await socket.accept()
    watching, job = _uploads(state).watching, await _storage(state).jobs.get(OWNER, job_id)
    if job is None or watching.full:
        code, reason = (NO_SUCH, "no such job") if job is None else (NO_SEAT, "try again later")
        await socket.close(code, reason)
        return
    after = version(socket.query_params.get("last_event_id"))
    await socket.close(await over_socket(watching, job, after, socket))


@delete("/v1/jobs/{job_id:str}", before_request=only(), status_code=200)
async def end(job_id: FromPath[str], state: State) -> JobView:
    """It is cancelled, at once for its owner; a worker that has it stops."""
    return plain(await cancel(_storage(state), OWNER, job_id, datetime.now(UTC)))


@post("/v1/jobs/{job_id:str}/replay", before_request=only(), status_code=202)
async def replay(job_id: FromPath[str], state: State) -> JobView:
    """A dead one once more, from its first attempt."""
    return plain(await _storage(state).jobs.replay(OWNER, job_id, datetime.now(UTC)))


def version(text: str | None) -> int:
    """The one that a client says it has seen; 0 for none, or for what never was one."""
    found = int(text) if text and len(text) < 20 and text.isdecimal() and text.isascii() else 0
    return min(found, MOST)


def _storage(state: State) -> Storage:
    return parts_of(state).storage


def _uploads(state: State) -> Uploads:
    uploads: Uploads = state.uploads
    return uploads


async def _found(state: State, id: str) -> Job:
    job = await _storage(state).jobs.get(OWNER, id)
    if job is None:
        raise Problem(404, "not_found", "no such job")
    return job


ROUTES = (listed, one, events, follow, end, replay)
