"""A session's life as a table. Pure; `python -m streaming.lifecycle` draws it."""

from enum import Enum


class State(Enum):
    LISTENING = "listening"  # audio comes in
    DRAINING = "draining"  # no more audio; answers are still owed
    ENDED = "ended"  # nothing follows


class Step(Enum):
    AUDIO = "audio"
    FLUSH = "flush"
    UPDATE = "update"
    FINISH = "finish"
    DRAINED = "drained"


NEXT = {
    (State.LISTENING, Step.AUDIO): State.LISTENING,
    (State.LISTENING, Step.FLUSH): State.LISTENING,
    (State.LISTENING, Step.UPDATE): State.LISTENING,
    (State.LISTENING, Step.FINISH): State.DRAINING,
    (State.DRAINING, Step.FINISH): State.DRAINING,
    (State.DRAINING, Step.DRAINED): State.ENDED,
    (State.ENDED, Step.FINISH): State.ENDED,
}


class OutOfTurn(Exception):
    """A step that the state does not allow."""

    def __init__(self, state: State, step: Step) -> None:
        super().__init__(f"{step.value} while {state.value}")


def after(state: State, step: Step) -> State:
    """The state that follows. Raises OutOfTurn."""
    try:
        return NEXT[state, step]
    except KeyError:
        raise OutOfTurn(state, step) from None


def drawn() -> str:
    """The table as a Mermaid state diagram."""
    rows = [f"    {a.value} --> {b.value}: {step.value}" for (a, step), b in NEXT.items()]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {State.LISTENING.value}", *rows])


if __name__ == "__main__":
    print(drawn())
