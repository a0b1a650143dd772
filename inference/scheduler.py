"""Which windows share the next pass of the model. Pure: no clock, no delay, no model.

The busy model is the batching window: what piled up during one pass is the
next batch. A batch holds one urgency and one kind of window, so no row pays for
a longer neighbour. While somebody speaks, uploads leave a place free and their
passes are short, since nothing can stop a pass that has begun.
"""

from collections import deque
from collections.abc import Hashable
from math import inf
from typing import Generic, TypeVar

from inference.types import Urgency

T = TypeVar("T")

QUIET = 10.0  # seconds after the last live window in which somebody may speak on
SHORT = 0.5  # seconds a pass of uploads should take at most while somebody speaks


class Scheduler(Generic[T]):
    """Waiting entries, grouped by urgency and kind; first come, first served within one.

    `now` is in seconds on any clock that never goes back.
    """

    def __init__(self, max_batch: int, turn_of_longest: int = 8) -> None:
        """turn_of_longest: whoever waits longest leads one of so many batches, so uploads move."""
        self.max_batch = max_batch
        self.turn_of_longest = turn_of_longest
        self.waiting: deque[tuple[Urgency, Hashable, T]] = deque()  # in order of arrival
        self.passed_over = 0  # batches in a row that went before who waited longest
        self.live_until = -inf
        self.uploads = 0  # passes of uploads under way
        self.row = SHORT  # seconds for a row of an upload; unknown, so one at a time

    def add(self, urgency: Urgency, kind: Hashable, entry: T, now: float) -> None:
        if urgency is not Urgency.BATCH:
            self.live_until = now + QUIET
        self.waiting.append((urgency, kind, entry))

    def next_batch(self, now: float, passes: int) -> list[T]:
        """Entries for the next pass, oldest first; empty when nothing waits that may go now.

        passes: how many run at once at most. `over` is to be told of each when it has ended.
        """
        live = now < self.live_until
        lead = self._lead(max(1, passes - 1) if live else passes)
        if lead is None:
            return []
        rows = self.max_batch
        if lead[0] is Urgency.BATCH:
            self.uploads += 1
            rows = min(rows, self._few()) if live else rows
        return self._taken(lead, rows)

    def over(self, urgency: Urgency, rows: int, seconds: float) -> None:
        """A pass with so many rows has ended, after so many seconds."""
        if urgency is Urgency.BATCH:
            self.uploads -= 1
            self.row = (self.row + seconds / rows) / 2

    def drop(self, entry: T) -> bool:
        """Forget an entry that nobody waits for any more; False when it has left already."""
        for each in self.waiting:
            if each[2] is entry:
                self.waiting.remove(each)
                return True
        return False

    def drain(self) -> list[T]:
        """All that wait, who then wait no more."""
        entries = [each[2] for each in self.waiting]
        self.waiting.clear()
        return entries

    def __len__(self) -> int:
        return len(self.waiting)

    def _lead(self, places: int) -> tuple[Urgency, Hashable, T] | None:
        """Whose kind the next batch is. places: passes of uploads that may run at once."""
        full = self.uploads >= places
        may = [each for each in self.waiting if not (full and each[0] is Urgency.BATCH)]
        if not may:
            return None
        turn = self.passed_over >= self.turn_of_longest - 1
        lead = may[0] if turn else min(may, key=lambda each: each[0])
        self.passed_over = 0 if lead is may[0] else self.passed_over + 1
        return lead

    def _few(self) -> int:
        """As many rows as a short pass has time for, and always one."""
        return max(1, int(SHORT / self.row)) if self.row > 0 else self.max_batch

    def _taken(self, lead: tuple[Urgency, Hashable, T], rows: int) -> list[T]:
        batch: list[T] = []
        rest: deque[tuple[Urgency, Hashable, T]] = deque()
        for each in self.waiting:
            if each[:2] == lead[:2] and len(batch) < rows:
                batch.append(each[2])
            else:
                rest.append(each)
        self.waiting = rest
        return batch
