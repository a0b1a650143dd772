"""What was said, segment by segment, and what somebody has made of it. Thin: look up, render."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from litestar import Response, get, patch
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, HeaderParameter, JSONBody, PathParameter
from msgspec import UNSET

from server.editing import decisions, etags
from server.editing.requests import SegmentChange
from server.editing.segments import History, SegmentList, SegmentView, history, view, views
from server.parts import OWNER
from server.routes.lookup import found, parts_of
from server.routes.parameters import only
from server.routes.problems import Problem, Unchanged, answers
from storage.errors import Conflict, Expired
from storage.open import Storage
from storage.records import Segment, Session

Number = Annotated[int, PathParameter(ge=0, le=2**31 - 1)]
IfMatch = Annotated[str | None, HeaderParameter(name="if-match")]
IfNoneMatch = Annotated[str | None, HeaderParameter(name="if-none-match")]

UNCHANGED = {304: ResponseSpec(None, description="What the client has already.")}
PATH = "/v1/sessions/{session_id:str}/segments"


@get(PATH, before_request=only(), responses=answers(404, 410) | UNCHANGED)
async def listed(
    session_id: FromPath[str], state: State, seen: IfNoneMatch = None
) -> Response[SegmentList]:
    """In order. The tag changes with any of them."""
    storage = parts_of(state).storage
    session = await _readable(storage, session_id)
    segments = await storage.segments.list(session.id)
    shown = views(session.id, segments, await storage.segments.corrections(session.id))
    tag = etags.of_bytes(msgspec.json.encode(shown))
    if etags.known(seen, tag):
        raise Unchanged(tag)
    return Response(shown, headers={"etag": tag})


@get(PATH + "/{number:int}", before_request=only(), responses=answers(404, 410))
async def one(session_id: FromPath[str], number: Number, state: State) -> Response[SegmentView]:
    """Its tag is what a correction has to name."""
    storage = parts_of(state).storage
    session = await _readable(storage, session_id)
    return await _shown(storage, await _segment(storage, session, number))


@get(PATH + "/{number:int}/history", before_request=only(), responses=answers(404, 410))
async def changes(session_id: FromPath[str], number: Number, state: State) -> History:
    """What the segment had before each correction, and whose that was."""
    storage = parts_of(state).storage
    session = await _readable(storage, session_id)
    await _segment(storage, session, number)
    return history(session.id, number, await storage.segments.corrections(session.id))


@patch(
    PATH + "/{number:int}",
    before_request=only(),
    responses=answers(404, 409, 410, 412, 422, 428),
)
async def correct(
    session_id: FromPath[str],
    number: Number,
    data: JSONBody[SegmentChange],
    state: State,
    if_match: IfMatch = None,
) -> Response[SegmentView]:
    """Another text, or another speaker; what was there before is kept. Needs `If-Match`."""
    if data == SegmentChange():
        raise Problem(422, "invalid", "text or speaker has to be there")
    storage, now = parts_of(state).storage, datetime.now(UTC)
    session = await found(storage, session_id)
    decisions.correctable(session, now)
    before = await _segment(storage, session, number)
    _demand(if_match, before)
    try:
        corrected = await storage.segments.correct(
            session.id,
            number,
            before.revision,
            OWNER,
            now,
            text=None if data.text is UNSET else data.text,
            speaker=None if data.speaker is UNSET else data.speaker,
        )
    except Expired:  # a moment ago
        decisions.correctable(await found(storage, session_id), datetime.now(UTC))
        raise
    except Conflict:
        raise _other(await _segment(storage, session, number)) from None
    return await _shown(storage, corrected)


def _demand(if_match: str | None, segment: Segment) -> None:
    if if_match is None:
        raise Problem(428, "precondition_required", 'If-Match: "<revision>" has to be there')
    revisions = etags.demanded(if_match)
    if revisions is not None and segment.revision not in revisions:
        raise _other(segment)


def _other(segment: Segment) -> Problem:
    return Problem(
        412,
        "precondition_failed",
        f"segment {segment.number} is at revision {segment.revision}",
        headers={"etag": etags.of_segment(segment)},
        revision=segment.revision,
    )


async def _readable(storage: Storage, id: str) -> Session:
    session = await found(storage, id)
    if decisions.transcript_gone(session):
        raise decisions.gone("transcript")
    return session


async def _segment(storage: Storage, session: Session, number: int) -> Segment:
    segment = await storage.segments.get(session.id, number)
    if segment is None:
        raise Problem(404, "not_found", f"no segment {number} in this session")
    return segment


async def _shown(storage: Storage, segment: Segment) -> Response[SegmentView]:
    corrections = await storage.segments.corrections(segment.session)
    return Response(view(segment, corrections), headers={"etag": etags.of_segment(segment)})


ROUTES = (listed, one, changes, correct)
