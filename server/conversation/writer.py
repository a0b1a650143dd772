"""What a client is told of its session: events, acknowledgements, answers. The only one that sends.

Ends with the session, when another connection takes it, or when the client is silent for too long.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from server import endings
from server.conversation.reader import Reader
from server.conversation.wire import Wire
from server.live.session import LiveSession
from server.protocols.native import render
from server.settings import ServerSettings
from streaming.events import Ended
from streaming.outbox import Numbered

ACK_EVERY = 0.5  # seconds between acknowledgements of audio
THANKS = 0.3  # seconds a client has to say that it has heard the end


class Writer:
    def __init__(
        self,
        live: LiveSession,
        holder: object,
        wire: Wire,
        reader: Reader,
        settings: ServerSettings,
        clock: Callable[[], float],
    ) -> None:
        """holder: as whom this connection holds the session. clock: seconds."""
        self.live = live
        self.holder = holder
        self.wire = wire
        self.reader = reader
        self.settings = settings
        self.clock = clock
        self.told: tuple[int, int] | None = None  # the last acknowledgement
        self.warned = False  # that the disk takes nothing

    async def run(self) -> None:
        """From the welcome to the end. Raises Gone or Over."""
        live = self.live
        await self._welcome()
        due = self.clock()
        while True:
            live.news.clear()
            over, done = live.over, live.done
            reached = self._reached()  # before the events, so that all text of it has been sent
            await self._send_waiting()
            if over and (done or not live.said.outbox.waiting):
                await self._thanks()
                unsaved = live.said.outbox.waiting and not live.lost
                raise endings.of("unsaved" if unsaved else live.why)
            if self.clock() >= due:
                self._be_patient()
                await self._acknowledge(reached)
                due = self.clock() + ACK_EVERY
            with suppress(TimeoutError):
                async with asyncio.timeout(due - self.clock()):
                    await live.news.wait()

    async def _welcome(self) -> None:
        live = self.live
        token = live.new_token()
        self._still()
        received, settled = self.told = (live.said.durable, live.settle())
        await self.wire.send(
            render.welcome(
                live.id,
                token,
                resumed=live.resumed,
                received=received,
                settled=settled,
                seq=live.said.outbox.seq,
                after=live.said.outbox.acked,
                linger=self.settings.linger,
                max_ahead=self.settings.max_ahead,
            )
        )
        live.resumed = True

    def _still(self) -> None:
        """Raises Over when another connection has taken the session."""
        if self.live.holding.holder is not self.holder:
            raise endings.superseded()

    async def _send_waiting(self) -> None:
        live = self.live
        self._still()
        self._warn()
        while self.reader.replies:
            await self.wire.send(self.reader.replies.popleft())
        while numbered := self._next():
            if isinstance(numbered[1], Ended):
                await self._acknowledge(self._reached())
                if live.why != "ended":
                    return  # a client that is not told the end comes back, to another server
            if message := live.renderer.render(*numbered):
                await self.wire.send(message)
            if live.said.overflown:
                raise endings.unread()

    def _next(self) -> Numbered | None:
        """The next event that is safe; no other connection has taken the session meanwhile."""
        self._still()
        return self.live.said.next()

    def _warn(self) -> None:
        full = self.live.archive.durable.full
        if full and not self.warned:
            said = "the disk of the server is full: audio is not acknowledged until there is room"
            self.reader.reply(render.warning("storage_full", said))
        self.warned = full

    def _be_patient(self) -> None:
        """Raises Over for a client that has been silent for too long."""
        limit = self.settings.idle_timeout
        if self.reader.silent() >= limit:
            raise endings.idle(limit)

    async def _thanks(self) -> None:
        """The client gets a moment to say that it has all events; then none need be kept."""
        if self.live.why == "ended" and not self.live.said.outbox.waiting:
            with suppress(TimeoutError):
                async with asyncio.timeout(THANKS):
                    await self.live.told_all.wait()

    def _reached(self) -> tuple[int, int]:
        """Positions up to which audio is safe, and all its text in events that are."""
        return self.live.said.durable, self.live.settle()

    async def _acknowledge(self, reached: tuple[int, int]) -> None:
        now = (self.live.intake.acknowledge(reached[0]), reached[1])
        if now != self.told:
            self.told = now
            await self.wire.send(render.audio_ack(*now))
