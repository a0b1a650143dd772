"""Which windows share the next pass of the model. Pure: no clock, no delay, no model.

The busy model is the batching window: what piled up during one pass is the
next batch. A batch holds one urgency and one kind of window, so no row pays for
a longer neighbour.
"""

from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar

from inference.types import Urgency

T = TypeVar("T")


class Scheduler(Generic[T]):
    """Waiting entries, grouped by urgency and kind; first come, first served within one."""

    def __init__(self, max_batch: int, turn_of_longest: int = 8) -> None:
        """turn_of_longest: every so many batches whoever waits longest leads, so uploads move."""
        self.max_batch = max_batch
        self.turn_of_longest = turn_of_longest
        self.waiting: deque[tuple[Urgency, Hashable, T]] = deque()  # in order of arrival
        self.batches = 0

    def add(self, urgency: Urgency, kind: Hashable, entry: T) -> None:
        self.waiting.append((urgency, kind, entry))

    def next_batch(self) -> list[T]:
        """Entries for the next pass, oldest first; empty when nothing waits."""
        if not self.waiting:
            return []
        self.batches += 1
        oldest = self.batches % self.turn_of_longest == 0
        lead = self.waiting[0] if oldest else min(self.waiting, key=lambda each: each[0])
        batch: list[T] = []
        rest: deque[tuple[Urgency, Hashable, T]] = deque()
        for each in self.waiting:
            if each[:2] == lead[:2] and len(batch) < self.max_batch:
                batch.append(each[2])
            else:
                rest.append(each)
        self.waiting = rest
        return batch

    def drop(self, entry: T) -> bool:
        """Forget an entry that nobody waits for any more; False when it has left already."""
        for each in self.waiting:
            if each[2] is entry:
                self.waiting.remove(each)
                return True
        return False

    def __len__(self) -> int:
        return len(self.waiting)
