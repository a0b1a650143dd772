"""What a client says in its session, one message after the other. Sends nothing itself."""

from collections import deque
from collections.abc import Callable
from typing import Any

from server import endings
from server.conversation.wire import Wire
from server.live.session import LiveSession
from server.protocols.native import messages, render, requests
from server.protocols.native.messages import BadMessage

MESSAGES = 50  # control messages a second, over BURST at once, before a client floods
BURST = 500


class Bucket:
    """How many messages a client may send: `rate` a second, `burst` at once. Pure."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate, self.burst, self.left, self.then = rate, burst, burst, now

    def take(self, now: float) -> bool:
        self.left = min(self.burst, self.left + (now - self.then) * self.rate) - 1
        self.then = now
        return self.left >= 0


class Reader:
    def __init__(
        self,
        live: LiveSession,
        wire: Wire,
        languages: frozenset[str],
        clock: Callable[[], float],
    ) -> None:
        """languages: codes that the model knows. clock: seconds."""
        self.live = live
        self.wire = wire
        self.languages = languages
        self.clock = clock
        self.bucket = Bucket(MESSAGES, BURST, clock())
        self.replies: deque[bytes] = deque()  # answers, for the writer to send
        self.waiting: float | None = None  # since when the client is waited for

    async def run(self) -> None:
        """Until the client is gone, or makes a mistake. Raises Gone or Over."""
        while True:
            self.waiting = self.clock()  # others look at it: a timeout each time costs more
            message = await self.wire.receive()
            self.waiting = None
            try:
                await self._obey(messages.parse(message))
            except BadMessage as bad:
                raise endings.refused(bad) from None

    def silent(self) -> float:
        """Seconds for which the client has been waited for, unless it has said all there is."""
        if self.waiting is None or self.live.finished:
            return 0.0
        return self.clock() - self.waiting

    def reply(self, message: bytes) -> None:
        self.replies.append(message)
        self.live.news.set()

    async def _obey(self, message: Any) -> None:
        audio = isinstance(message, messages.Sound) and message.data
        if not audio and not self.bucket.take(self.clock()):
            raise BadMessage("too many messages", 4429, "flood")
        commands = self.live.commands
        match message:
            case messages.Sound():
                await commands.sound(message)
            case messages.Gap():
                seconds = await commands.gap(message)
                self.reply(render.warning("gap", f"{seconds:.2f} s of silence inserted"))
            case messages.FlushMessage(id):
                await commands.flush(id)
            case messages.UpdateMessage(wish):
                await self._update(wish)
            case messages.Ping(t):
                self.reply(render.pong(t))
            case messages.Ack(seq):
                self.live.acknowledged(seq)
            case messages.End(pos):
                await self.live.end(pos)
            case messages.Hello():
                raise BadMessage("a second hello")

    async def _update(self, wish: messages.Wishes) -> None:
        commands = self.live.commands
        await commands.update(
            *requests.wishes(wish, commands.options, commands.view, self.languages)
        )
