"""One publisher's connection, from the server's side: it holds a live session as a WebSocket does.

One reader, one writer (uplink.py, downlink.py); nobody is waited for without limit.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from server import endings
from server.endings import Gone, Over
from server.live.session import LiveSession
from server.logs import logger
from server.protocols.native.requests import Request
from server.webrtc.downlink import Downlink
from server.webrtc.inbox import Brought, Flood, Inbox
from server.webrtc.messages import Lost, Opened, Said, Silence, Sound
from server.webrtc.uplink import Uplink

EVERY = 0.5  # seconds between looks at what is safe
GOODBYE = 5.0  # seconds that one who was told the end gets to hang up
END = '{"type":"end"}'

log = logger("webrtc")


class Call:
    def __init__(
        self,
        request: Request,
        send: Callable[[bytes, int | None], None],
        linger: float,
        clock: Callable[[], float],
    ) -> None:
        """send: a message over the data channel, and the utterance of which it is a caption.
        linger: seconds that the session waits for another call. clock: seconds."""
        self.request = request
        self.send = send
        self.linger = linger
        self.clock = clock
        self.live: LiveSession | None = None
        self.up: Uplink | None = None
        self.down: Downlink | None = None
        self.inbox = Inbox()
        self.arrived = asyncio.Event()
        self.sign = clock()  # when the publisher was last heard, or answered
        self.told = asyncio.Event()  # the last event has gone out, or never will
        self.lost: str | None = None  # why there is no connection any more

    def bring(self, brought: Brought) -> None:
        """What the process of media reports of this call."""
        match brought:
            case Sound():
                self.sign = self.clock()
            case Lost(_, why):
                self.lost = why
        try:
            self.inbox.put(brought)
        except Flood:
            self.hang_up("flood")
        self.arrived.set()

    def hang_up(self, why: str) -> None:
        """The connection ends, whatever it was at."""
        self.lost = self.lost or why
        self.arrived.set()

    def take(self, live: LiveSession, since: float | None) -> None:
        """The session is this call's from now on. since: when it was last heard, if it is one that
        goes on."""
        self.live = live
        self.down = Downlink(live, self, self.send, self.linger, self.clock)
        self.up = Uplink(live, since, self.down.say, self.clock)
        self.sign = self.clock()
        live.holding.take(self)

    async def run(self) -> None:
        """Until the connection or the session ends."""
        live, up, down = self.live, self.up, self.down
        assert live and up and down, "no session was taken"
        both = (self._tell(live, down), self._listen(up, down))
        tasks = [asyncio.create_task(each) for each in both]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended = await _stopped(tasks)
            if isinstance(ended, Over) and ended.error:
                down.say(ended.error)
            self.told.set()
            self._leave(live, ended)
        if not isinstance(ended, Over | Gone):
            log.error("call failed", session=live.id, exc_info=ended)

    async def end(self) -> None:
        """No more sound comes; returns when the last event has gone out, if there is time."""
        live = self.live
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE):
                if self.lost is None:
                    self.bring(Said(0, END))  # after the sound that waits
                    await self.told.wait()
        if live is not None and not live.finished:
            live.finish("ended")
        self.hang_up("ended")

    def _leave(self, live: LiveSession, ended: BaseException) -> None:
        """The session waits for another connection, or is told that nobody will come."""
        if live.holding.holder is not self:
            return
        if endings.may_return(ended):
            live.let_go(self, self.linger)
        else:
            live.finish(endings.why(ended))

    async def _listen(self, up: Uplink, down: Downlink) -> None:
        """Raises Gone or Over."""
        await up.wish(self.request)
        while True:
            match await self._next():
                case Opened():
                    down.open = True
                    up.live.news.set()
                case Sound() | Silence() | Said() as brought:
                    await up.take(brought)

    async def _next(self) -> Brought:
        """Raises Gone when there is nothing more to come."""
        while (brought := self.inbox.take()) is None:
            if self.lost is not None:
                raise Gone
            self.arrived.clear()
            await self.arrived.wait()
        return brought

    async def _tell(self, live: LiveSession, down: Downlink) -> None:
        """Raises Gone or Over."""
        due = self.clock()
        while True:
            live.news.clear()
            over, done = live.over, live.done
            down.tell()
            if over and (done or not live.said.outbox.waiting):
                await self._part(live)
            if self.clock() >= due:
                down.look()
                due = self.clock() + EVERY
            with suppress(TimeoutError):
                async with asyncio.timeout(due - self.clock()):
                    await live.news.wait()

    async def _part(self, live: LiveSession) -> None:
        """The session is over, and all of it was told. Raises Over."""
        self.told.set()
        if live.why == "ended":
            live.acknowledged(live.said.outbox.seq)
            with suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE):
                    while self.lost is None:
                        self.arrived.clear()
                        await self.arrived.wait()
        raise endings.of(live.why)


async def _stopped(tasks: "list[asyncio.Task[None]]") -> BaseException:
    """Cancel the tasks; what the first of them that ended by itself ended with."""
    ended = [task for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    error = ended[0].exception() if ended and not ended[0].cancelled() else None
    return error or Gone()
