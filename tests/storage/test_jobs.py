import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

import storage
from storage.jobs import (
    ENDS,
    NEXT,
    TELLING,
    WORK,
    after_failure,
    before,
    diagram,
    pause,
    session_after,
)
from storage.lifecycle import UNFINISHED
from storage.records import State, Status
from tests.storage.shared import NOON, a_session, an_upload


def test_the_moves_of_a_job() -> None:
    moves = {(now.value, to.value) for now, nexts in NEXT.items() for to in nexts}
    assert moves == {
        ("queued", "processing"),
        ("queued", "cancelled"),
        ("processing", "completed"),
        ("processing", "queued"),
        ("processing", "failed"),
        ("processing", "dead"),
        ("processing", "cancelled"),
        ("dead", "queued"),
    }
    assert set(NEXT) == set(Status)
    assert set(before(Status.QUEUED)) == {Status.PROCESSING, Status.DEAD}


def test_an_end_is_where_a_job_stays_unless_it_is_replayed() -> None:
    assert {status for status in Status if not NEXT[status]} == set(ENDS) - {Status.DEAD}


@pytest.mark.parametrize(
    ("attempts", "jitter", "seconds"),
    [(1, 0.0, 1.0), (1, 1.0, 2.0), (2, 0.0, 2.0), (4, 0.5, 12.0), (20, 1.0, 300.0)],
)
def test_pauses_double_up_to_a_bound(attempts: int, jitter: float, seconds: float) -> None:
    assert pause(WORK, attempts, jitter) == timedelta(seconds=seconds)


def test_what_the_input_is_to_blame_for_is_not_tried_again() -> None:
    assert after_failure(WORK, 1, False, NOON, 0.5) == (Status.FAILED, NOON)


def test_a_failure_leads_to_another_time_or_to_death() -> None:
    for attempts in range(1, WORK.attempts):
        status, at = after_failure(WORK, attempts, True, NOON, 1.0)
        assert (status, at) == (Status.QUEUED, NOON + pause(WORK, attempts, 1.0))
    assert after_failure(WORK, WORK.attempts, True, NOON, 1.0) == (Status.DEAD, NOON)


def test_a_delivery_outlasts_a_receiver_that_is_away_for_an_hour() -> None:
    waits = [pause(TELLING, attempts, 0.0) for attempts in range(1, TELLING.attempts)]
    assert sum(waits, timedelta()) > timedelta(hours=1)


def test_the_diagram_has_every_move_and_is_printed() -> None:
    root = Path(storage.__file__).parents[1]
    command = [sys.executable, "-m", "storage.jobs"]
    printed = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert printed.strip() == diagram()
    lines = {f"    {now.value} --> {to.value}" for now, nexts in NEXT.items() for to in nexts}
    assert lines < set(printed.splitlines())


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("state", State)
def test_an_upload_goes_where_its_job_goes(state: State, status: Status) -> None:
    failed = status in (Status.FAILED, Status.DEAD, Status.CANCELLED)
    if failed and state in (State.QUEUED, *UNFINISHED):
        to = State.FAILED
    elif status is Status.QUEUED and state in (*UNFINISHED, State.FAILED):
        to = State.QUEUED
    else:
        to = None  # a good end says more than a state; what is ready or gone stays so
    assert session_after(an_upload(state=state), status) is to
    assert session_after(a_session(state=state), status) is None
