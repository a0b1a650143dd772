"""Keeps events in order while the answers they wait for come in any order. Pure.

When an utterance closes, its place is taken; flush marks and the end take
places too. What is known at the head may leave.
"""

from collections import deque

from inference.types import Samples, Window
from streaming.events import Event
from streaming.utterance import Utterance


class Owed:
    """The place of a closed utterance until the events that close it are known."""

    def __init__(self, utterance: Utterance, window: Window, end: Samples, endpoint: bool) -> None:
        self.utterance = utterance
        self.window = window
        self.end = end
        self.endpoint = endpoint
        self.events: list[Event] | None = None


class Promises:
    def __init__(self) -> None:
        self.queue: deque[Owed | Event] = deque()

    def __len__(self) -> int:
        """Utterances whose segments are not known yet."""
        return sum(isinstance(each, Owed) for each in self.queue)

    def add(self, place: Owed | Event) -> None:
        self.queue.append(place)

    def of(self, window: Window) -> Owed | None:
        """The place that waits for the answer to this window."""
        return next((o for o in self.queue if isinstance(o, Owed) and o.window is window), None)

    @property
    def since(self) -> Samples | None:
        """Where the first utterance begins that is not given yet; None when all are."""
        return next((o.utterance.start for o in self.queue if isinstance(o, Owed)), None)

    def ready(self) -> list[Event]:
        """Takes out what is known at the head."""
        out: list[Event] = []
        while self.queue:
            head = self.queue[0]
            if not isinstance(head, Owed):
                out.append(head)
            elif head.events is None:
                break
            else:
                out += head.events
            self.queue.popleft()
        return out
