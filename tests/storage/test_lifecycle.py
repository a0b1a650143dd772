import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

import storage
from storage.lifecycle import NEXT, UNFINISHED, IllegalMove, before, check, diagram
from storage.records import State

ALLOWED = {
    (State.OPEN, State.DRAINING),
    (State.OPEN, State.FAILED),
    (State.DRAINING, State.FINALIZING),
    (State.DRAINING, State.FAILED),
    (State.FINALIZING, State.READY),
    (State.FINALIZING, State.FAILED),
    (State.FAILED, State.FINALIZING),
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
    assert {to for nexts in NEXT.values() for to in nexts} == set(State) - {State.OPEN}


def test_unfinished_are_those_that_still_have_to_become_ready_or_failed() -> None:
    assert set(UNFINISHED) == {now for now, to in ALLOWED if to is State.FAILED}


def test_the_diagram_has_every_move_and_is_printed() -> None:
    root = Path(storage.__file__).parents[1]
    command = [sys.executable, "-m", "storage.lifecycle"]
    printed = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert printed.strip() == diagram()
    assert {f"    {now.value} --> {to.value}" for now, to in ALLOWED} < set(printed.splitlines())
