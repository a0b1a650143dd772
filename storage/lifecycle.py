"""A session's life as a table. Pure: who makes the moves, and when, is not its business.

`python -m storage.lifecycle` draws it.
"""

from storage.errors import StorageError
from storage.records import State

NEXT: dict[State, tuple[State, ...]] = {
    State.OPEN: (State.DRAINING, State.FAILED),
    State.DRAINING: (State.FINALIZING, State.FAILED),
    State.FINALIZING: (State.READY, State.FAILED),
    State.READY: (),
    State.FAILED: (State.FINALIZING,),  # again, from what was kept
}

UNFINISHED = (State.OPEN, State.DRAINING, State.FINALIZING)
"""States in which a session owes its user something: a server that starts looks for them."""


class IllegalMove(StorageError):
    """The table has no such move."""

    def __init__(self, now: State, to: State) -> None:
        super().__init__(f"a session that is {now.value} cannot become {to.value}")
        self.now, self.to = now, to


def before(to: State) -> tuple[State, ...]:
    """The states from which a session may move to `to`."""
    return tuple(state for state, nexts in NEXT.items() if to in nexts)


def check(now: State, to: State) -> None:
    """Raises IllegalMove unless `to` may follow `now`."""
    if to not in NEXT[now]:
        raise IllegalMove(now, to)


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    moves = [(state.value, to.value) for state, nexts in NEXT.items() for to in nexts]
    lines = [f"    {state} --> {to}" for state, to in moves]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {State.OPEN.value}", *lines])


if __name__ == "__main__":
    print(diagram())
