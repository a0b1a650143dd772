"""A session's life as a table. Pure: who makes the moves, and when, is not its business.

`python -m storage.lifecycle` draws it.
"""

from storage.errors import StorageError
from storage.records import State

NEXT: dict[State, tuple[State, ...]] = {
    State.AWAITING_UPLOAD: (State.QUEUED, State.FAILED, State.PURGED),
    State.QUEUED: (State.OPEN, State.FAILED, State.PURGED),
    State.OPEN: (State.DRAINING, State.FAILED, State.QUEUED),  # queued: its worker was lost
    State.DRAINING: (State.FINALIZING, State.FAILED, State.QUEUED),
    State.FINALIZING: (State.READY, State.FAILED, State.QUEUED),
    State.READY: (State.EXPIRED, State.PURGED),
    State.EXPIRED: (State.READY, State.PURGED),  # ready: restored
    State.FAILED: (State.FINALIZING, State.QUEUED, State.PURGED),  # again, from what was kept
    State.PURGED: (),
}

FIRST = (State.OPEN, State.AWAITING_UPLOAD, State.QUEUED)
"""A live session begins with audio, an upload with an announcement or with the file itself."""

UNFINISHED = (State.OPEN, State.DRAINING, State.FINALIZING)
"""States in which a session owes its user something and a node has its lease."""

KEPT = (State.READY, State.EXPIRED, State.FAILED)
"""States in which nothing happens to a session but what retention does to it."""


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
    firsts = [f"    [*] --> {state.value}" for state in FIRST]
    return "\n".join(["stateDiagram-v2", *firsts, *lines])


if __name__ == "__main__":
    print(diagram())
