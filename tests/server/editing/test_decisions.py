"""What may be done to a session in each of its states."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import server.editing
from server.editing import decisions
from server.routes.problems import Problem
from storage.lifecycle import diagram
from storage.records import Artifact, Session, State, Status, Upload
from tests.storage.shared import NOON, a_job, a_session

SOON = NOON + timedelta(minutes=1)
FLAC = Artifact(session="s1", name="recording", key="k", content_type="c", bytes=1, sha256="0")
FILE = Upload(key="k", content_type="audio/mpeg")


def of(state: State, **facts: Any) -> Session:
    times = {"ready_at": NOON, "expires_at": SOON, "recording_until": SOON}
    return a_session(state=state, **{**times, "transcript_until": SOON, **facts})


def refused(call: Callable[[], object]) -> tuple[int, str] | None:
    try:
        call()
    except Problem as problem:
        return problem.status_code, problem.code
    return None


NOT_YET = (409, "wrong_state")
GONE = (410, "gone")


def table(ready: object, expired: object, failed: object) -> dict[State, object]:
    begun = dict.fromkeys(State, NOT_YET)
    ends = {State.READY: ready, State.EXPIRED: expired, State.FAILED: failed}
    return {**begun, **ends, State.PURGED: GONE}


def test_only_what_is_ready_is_corrected() -> None:
    wanted = table(None, (409, "session_expired"), NOT_YET)
    got = {state: refused(lambda: decisions.correctable(of(state), NOON)) for state in State}  # noqa: B023
    assert got == wanted
    assert refused(lambda: decisions.correctable(of(State.READY), SOON)) == (409, "session_expired")
    decisions.correctable(of(State.READY, expires_at=None), SOON)


def test_what_is_over_is_restored_while_its_text_is_kept() -> None:
    wanted = table(None, None, NOT_YET)
    got = {state: refused(lambda: decisions.restorable(of(state), NOON)) for state in State}  # noqa: B023
    assert got == wanted
    late = of(State.EXPIRED)
    assert refused(lambda: decisions.restorable(late, SOON)) == GONE
    decisions.restorable(of(State.EXPIRED, hold=True), SOON)
    gone = of(State.EXPIRED, transcript_until=None)
    assert refused(lambda: decisions.restorable(gone, NOON)) == GONE


def test_what_is_purged_is_not_kept_otherwise() -> None:
    got = {state for state in State if refused(lambda: decisions.changeable(of(state)))}  # noqa: B023
    assert got == {State.PURGED}


def test_what_is_over_is_heard_again_and_stays_as_it_is() -> None:
    for state in State:
        wanted = table(None, None, NOT_YET)[state]
        assert refused(lambda: decisions.audible(of(state), [FLAC], [])) == wanted  # noqa: B023
    assert decisions.audible(of(State.READY), [FLAC], []) is State.READY
    assert decisions.audible(of(State.EXPIRED), [FLAC], []) is State.EXPIRED


def test_an_upload_that_failed_is_queued_again_and_a_live_session_is_not() -> None:
    failed = of(State.FAILED, kind="upload", upload=FILE)
    assert decisions.audible(failed, [], []) is State.QUEUED
    assert refused(lambda: decisions.audible(of(State.FAILED), [FLAC], [])) == NOT_YET


def test_nothing_is_heard_without_a_recording_or_twice_at_a_time() -> None:
    ready = of(State.READY)
    assert refused(lambda: decisions.audible(ready, [], [])) == (409, "no_recording")
    swept = of(State.READY, recording_until=None)
    assert refused(lambda: decisions.audible(swept, [], [])) == GONE
    forgotten = of(State.READY, transcript_until=None)
    assert refused(lambda: decisions.audible(forgotten, [FLAC], [])) == GONE
    for status in Status:
        job = a_job(status=status)
        busy = refused(lambda: decisions.audible(ready, [FLAC], [job]))  # noqa: B023
        over = status not in (Status.QUEUED, Status.PROCESSING)
        assert busy == (None if over else (409, "job_running"))


@pytest.mark.parametrize("gone", [decisions.recording_gone, decisions.transcript_gone])
def test_without_a_decision_nothing_is_gone(gone: Callable[[Session], bool]) -> None:
    assert not gone(a_session(state=State.READY))
    assert not gone(a_session(state=State.OPEN))
    assert not gone(of(State.READY)) and not gone(of(State.FAILED, ready_at=None))
    assert gone(a_session(state=State.PURGED))


def test_of_two_that_are_kept_one_may_be_gone() -> None:
    no_recording = of(State.READY, recording_until=None)
    no_text = of(State.FAILED, transcript_until=None, ready_at=None)
    assert decisions.recording_gone(no_recording) and not decisions.transcript_gone(no_recording)
    assert decisions.transcript_gone(no_text) and not decisions.recording_gone(no_text)


def test_the_manual_has_the_drawing_of_the_table() -> None:
    manual = Path(server.editing.__file__).with_name("README.md").read_text()
    assert f"```mermaid\n{diagram()}\n```" in manual
