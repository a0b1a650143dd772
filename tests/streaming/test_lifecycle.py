import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

import streaming.lifecycle
from streaming.lifecycle import NEXT, OutOfTurn, State, Step, after, drawn

ROOT = Path(streaming.lifecycle.__file__).parents[1]
ALLOWED = {
    (State.LISTENING, Step.AUDIO): State.LISTENING,
    (State.LISTENING, Step.FLUSH): State.LISTENING,
    (State.LISTENING, Step.UPDATE): State.LISTENING,
    (State.LISTENING, Step.FINISH): State.DRAINING,
    (State.DRAINING, Step.FINISH): State.DRAINING,  # finishing twice is no mistake
    (State.DRAINING, Step.DRAINED): State.ENDED,
    (State.ENDED, Step.FINISH): State.ENDED,
}


@pytest.mark.parametrize(("state", "step"), list(product(State, Step)))
def test_only_these_steps_are_allowed(state, step):
    if (state, step) in ALLOWED:
        assert after(state, step) is ALLOWED[state, step]
    else:
        with pytest.raises(OutOfTurn, match=f"^{step.value} while {state.value}$"):
            after(state, step)


def test_the_drawing_has_every_step_and_is_printed():
    command = [sys.executable, "-m", "streaming.lifecycle"]
    printed = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert printed.strip() == drawn()
    edges = {f"{a.value} --> {b.value}: {step.value}" for (a, step), b in NEXT.items()}
    assert {line.strip() for line in printed.splitlines()} == edges | {
        "stateDiagram-v2",
        "[*] --> listening",
    }


def test_the_readme_shows_the_drawing():
    assert drawn() in (ROOT / "streaming" / "README.md").read_text()
