"""What a session says, on its way to the publisher, if that has a data channel; if not, it is kept
for a while for one who comes back. Waits for nobody.
"""

from collections import deque
from collections.abc import Callable

from server import endings
from server.live.session import LiveSession
from server.protocols.native import render
from streaming.events import Caption, Ended
from streaming.outbox import Numbered

KEPT = 120.0  # seconds that a publisher who comes back may ask for what it was told


class Downlink:
    def __init__(
        self,
        live: LiveSession,
        holder: object,
        send: Callable[[bytes, int | None], None],
        linger: float,
        clock: Callable[[], float],
    ) -> None:
        """holder: as whom the call holds the session. send: a message, and the utterance of which
        it is a caption. linger: seconds that a publisher is waited for. clock: seconds."""
        self.live = live
        self.holder = holder
        self.send = send
        self.linger = linger
        self.clock = clock
        self.open = False  # there is a data channel
        self.welcomed = False
        self.handed: deque[tuple[int, float]] = deque()  # numbers of events, and when they went
        self.safe = (0, 0)  # positions that were told as received and settled

    def tell(self) -> None:
        """All that waits. Raises Over when another call has taken the session."""
        live = self.live
        if live.holding.holder is not self.holder:
            raise endings.superseded()
        if self.open and not self.welcomed:
            self._welcome()
        while numbered := live.said.next():
            if isinstance(numbered[1], Ended) and live.why != "ended":
                return
            self._hand(numbered)

    def look(self) -> None:
        """What is safe was received; what was told long ago is not kept for anybody."""
        live = self.live
        now = (live.intake.acknowledge(live.said.durable), live.settle())
        if now != self.safe:
            self.safe = now
            self.say(render.audio_ack(*now))
        before = self.clock() - KEPT
        while self.handed and self.handed[0][1] < before:
            live.acknowledged(self.handed.popleft()[0])

    def say(self, message: bytes) -> None:
        if self.open:
            self.send(message, None)

    def _welcome(self) -> None:
        """What nobody has acknowledged is told once more: it may be another program."""
        live, outbox = self.live, self.live.said.outbox
        outbox.rewind(outbox.acked)
        self.welcomed = True
        message = render.welcome(
            live.id,
            "",
            resumed=live.resumed,
            received=live.said.durable,
            settled=live.settle(),
            seq=outbox.seq,
            after=outbox.acked,
            linger=self.linger,
            max_ahead=live.intake.max_ahead,
        )
        live.resumed = True
        self.say(message)

    def _hand(self, numbered: Numbered) -> None:
        seq, event = numbered
        if seq is not None:
            self.handed.append((seq, self.clock()))
        if self.open and (message := self.live.renderer.render(seq, event)):
            self.send(message, event.utterance if isinstance(event, Caption) else None)
