import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

import storage
from storage.lifecycle import FIRST, KEPT, NEXT, UNFINISHED, IllegalMove, before, check, diagram
from storage.records import State

ALLOWED = {
    (State.AWAITING_UPLOAD, State.QUEUED),
    (State.AWAITING_UPLOAD, State.FAILED),
    (State.AWAITING_UPLOAD, State.PURGED),
    (State.QUEUED, State.OPEN),
    (State.QUEUED, State.FAILED),
    (State.QUEUED, State.PURGED),
    (State.OPEN, State.DRAINING),
    (State.OPEN, State.FAILED),
    (State.OPEN, State.QUEUED),
    (State.DRAINING, State.FINALIZING),
    (State.DRAINING, State.FAILED),
    (State.DRAINING, State.QUEUED),
    (State.FINALIZING, State.READY),
    (State.FINALIZING, State.FAILED),
    (State.FINALIZING, State.QUEUED),
    (State.READY, State.EXPIRED),
    (State.READY, State.PURGED),
    (State.EXPIRED, State.READY),
    (State.EXPIRED, State.PURGED),
    (State.FAILED, State.FINALIZING),
    (State.FAILED, State.QUEUED),
    (State.FAILED, State.PURGED),
}


@pytest.mark.parametrize(("now", "to"), list(product(State, State)))
def test_only_these_moves_are_allowed(now: State, to: State) -> None:
    if (now, to) in ALLOWED:
        check(now, to)
    else:
        with pytest.raises(IllegalMove, match=f"is {now.value} cannot become {to.value}"):
            check(now, to)


@pytest.mark.parametrize("to", State)
def test_before_is_the_table_read_backwards(to: State) -> None:
    assert set(before(to)) == {now for now, then in ALLOWED if then is to}


def test_every_state_is_in_the_table_and_can_be_reached() -> None:
    assert set(NEXT) == set(State)
    assert {to for nexts in NEXT.values() for to in nexts} == set(State) - {State.AWAITING_UPLOAD}


def test_every_session_that_is_begun_can_come_to_its_end() -> None:
    for state in FIRST:
        reached = {state}
        while more := {to for now, to in ALLOWED if now in reached} - reached:
            reached |= more
        assert {State.READY, State.FAILED, State.PURGED} < reached


def test_unfinished_are_those_at_work_and_kept_those_where_work_has_ended() -> None:
    waiting = {State.AWAITING_UPLOAD, State.QUEUED}
    assert set(UNFINISHED) == {now for now, to in ALLOWED if to is State.FAILED} - waiting
    assert set(KEPT) == set(State) - waiting - set(UNFINISHED) - {State.PURGED}


def test_the_diagram_has_every_move_and_is_printed() -> None:
    root = Path(storage.__file__).parents[1]
    command = [sys.executable, "-m", "storage.lifecycle"]
    printed = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert printed.strip() == diagram()
    assert {f"    {now.value} --> {to.value}" for now, to in ALLOWED} < set(printed.splitlines())
