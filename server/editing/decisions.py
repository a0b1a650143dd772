"""What may be done to a session, and why not. Pure: the answer is nothing, or a Problem raised.

The database decides again where somebody might have been quicker.
"""

from collections.abc import Sequence
from datetime import datetime

from server.routes.problems import Problem
from storage.jobs import ENDS
from storage.lifecycle import KEPT
from storage.records import Artifact, Job, Session, State


def correctable(session: Session, now: datetime) -> None:
    """Segments may be corrected."""
    over = session.expires_at is not None and session.expires_at <= now
    if session.state is State.READY and not over:
        return
    if session.state in (State.READY, State.EXPIRED):
        raise Problem(
            409,
            "session_expired",
            "the editing window is over; the session can be restored",
            expires_at=session.expires_at and session.expires_at.isoformat(),
        )
    raise _wrong(session, "corrected")


def restorable(session: Session, now: datetime) -> None:
    """A new editing window may begin."""
    if session.state not in (State.READY, State.EXPIRED):
        raise _wrong(session, "restored")
    until = session.transcript_until
    if transcript_gone(session) or (until is not None and until <= now and not session.hold):
        raise gone("transcript")


def changeable(session: Session) -> None:
    """Retention may be decided otherwise."""
    if session.state is State.PURGED:
        raise gone("session")


def audible(session: Session, artifacts: Sequence[Artifact], jobs: Sequence[Job]) -> State:
    """It may be heard once more; the state it is in until then.

    One that is ready stays so and keeps its text until the new one is there. A live session that
    failed has a journal, which is more than a recording, and is finished from that.
    """
    queued = session.kind == "upload" and session.state is State.FAILED
    if session.state not in (State.READY, State.EXPIRED) and not queued:
        raise _wrong(session, "transcribed again")
    if transcript_gone(session):
        raise gone("transcript")  # nothing would say how long another is kept
    if running := next((job for job in jobs if job.status not in ENDS), None):
        raise Problem(409, "job_running", "a job of this session is not over", job_id=running.id)
    if not session.upload and not any(it.name == "recording" for it in artifacts):
        raise (
            gone("recording")
            if recording_gone(session)
            else Problem(409, "no_recording", "there is no recording to hear")
        )
    return State.QUEUED if queued else session.state


def recording_gone(session: Session) -> bool:
    """Retention has taken it. Once it is decided how long things are kept, no time means gone."""
    decided = session.ready_at or session.transcript_until
    return _purged(session) or bool(decided and not session.recording_until)


def transcript_gone(session: Session) -> bool:
    decided = session.ready_at or session.recording_until
    return _purged(session) or bool(decided and not session.transcript_until)


def gone(what: str) -> Problem:
    return Problem(410, "gone", f"the {what} was kept as long as it was to be")


def _purged(session: Session) -> bool:
    return session.state is State.PURGED


def _wrong(session: Session, done: str) -> Problem:
    if session.state is State.PURGED:
        return gone("session")
    state = session.state.value
    later = "" if session.state in KEPT else " yet"
    detail = f"a session that is {state} cannot be {done}{later}"
    return Problem(409, "wrong_state", detail, state=state)
