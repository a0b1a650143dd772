"""What a session says: numbered, kept in its journal, counted, and waiting for its client."""

import asyncio
from collections import deque
from collections.abc import Callable

from inference.types import Samples
from server.live.archive import Archive
from server.live.intake import Intake
from server.live.restore import Repeats, Restored
from server.metrics import Metrics
from server.protocols.native.requests import View
from storage.journal.records import Settled
from streaming.events import Caption, Ended, Event, Flushed, Revised, Segment
from streaming.outbox import Numbered, Outbox, Overflow


class Telling:
    def __init__(
        self,
        archive: Archive,
        intake: Intake,
        metrics: Metrics,
        view: Callable[[], View],
        clock: Callable[[], float],
    ) -> None:
        """view: what the client wants to see now. clock: seconds."""
        self.archive = archive
        self.intake = intake
        self.metrics = metrics
        self.view = view
        self.clock = clock
        self.outbox = Outbox()
        self.news = asyncio.Event()  # something waits in the outbox, or the session is over
        self.repeats = Repeats()
        self.overflown = False  # the client has left more unread than is kept for it
        self.settled = intake.start  # position up to which all text is in events that are safe
        self.settling: deque[tuple[int, int]] = deque()  # (record, position) on their way there
        self.places: dict[int, int] = {}  # number of an event to the position that it tells
        self.watch: Callable[[int | None, Event], None] = lambda _seq, _event: None  # told all
        self.counts = {"segments": 0, "words": 0, "captions": 0}

    def restore(self, restored: Restored) -> None:
        """What was said before is not said again."""
        self.repeats = Repeats(restored)
        self.settled = restored.received if restored.ended else restored.pos
        self.outbox.restore([(seq, event) for seq, event, _ in restored.events], self.clock())
        self.outbox.seq = restored.seq
        self.places = {seq: pos for seq, _, pos in restored.events if pos is not None}

    @property
    def durable(self) -> int:
        """Position up to which all audio is safe."""
        if self.archive.journal is None:
            return self.intake.received
        return max(self.intake.start, min(self.archive.durable.pos, self.intake.received))

    def next(self) -> Numbered | None:
        """The next event for the client, of those that are safe."""
        return self.outbox.take(self.archive.durable.seq if self.archive.journal else None)

    def position(self, seq: int | None, at: Samples) -> int:
        """The client's position that an event tells."""
        place = self.places.get(seq) if seq is not None else None
        return self.intake.position(at) if place is None else place

    def say(self, event: Event, clock: Samples) -> None:
        """What the pipeline gives, when it had heard so much."""
        if self.repeats.known(event):
            return
        match event:
            case Segment():
                self._segment(event, clock)
            case Caption():
                self._caption(event, clock)
            case Ended(at):
                self.put(Ended(min(at, self.intake.heard)))
            case _:
                self.put(event)

    def put(self, event: Event) -> None:
        try:
            seq = self.outbox.put(event, self.clock())
        except Overflow:
            self.overflown = True
            seq = None if isinstance(event, Caption) else self.outbox.skip()
        if seq is not None:
            pos = self._place(event)
            if pos is not None:
                self.places[seq] = pos
            self.archive.event(seq, event, pos)
        self.watch(seq, event)
        self.news.set()

    def note(self, at: Samples) -> None:
        """The text is settled up to this point of the clock; all events of it were said."""
        pos = self.intake.position(at)
        self.archive.append(Settled(at, pos, self.outbox.seq))
        self.settling.append((self.archive.number, pos))
        self.intake.forget(at)

    def settle(self, ended: bool) -> int:
        """Position up to which all text has been said and is safe, and all audio too, even if this
        server is lost: where others can go on, what only it has may be asked for again."""
        if ended:
            self.settled = self.durable
        safe = self.archive.durable.number
        while self.settling and self.settling[0][0] <= safe:
            self.settled = max(self.settled, self.settling.popleft()[1])
        stored = self.archive.journal.stored if self.archive.journal else None
        return self.settled if stored is None else max(self.intake.start, min(self.settled, stored))

    def _segment(self, segment: Segment, clock: Samples) -> None:
        self.counts["segments"] += 1
        self.counts["words"] += len(segment.words)
        self.metrics.words.inc(len(segment.words))
        self.metrics.final_delay.observe(self._seconds(clock - segment.end))
        self.archive.segment(segment)
        self.put(segment)
        if segment.better is not None and self.view().revise:
            self.put(Revised(segment.utterance, segment.better))

    def _caption(self, caption: Caption, clock: Samples) -> None:
        self.counts["captions"] += 1
        words = caption.committed + caption.tentative
        if words:
            self.metrics.lag.observe(self._seconds(clock - words[-1].end))
        self.put(caption)

    def _place(self, event: Event) -> int | None:
        match event:
            case Flushed(_, at) | Ended(at):
                return self.intake.position(at)
            case _:
                return None

    def _seconds(self, samples: Samples) -> float:
        return self.intake.seconds(max(0, samples))
