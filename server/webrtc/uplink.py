"""What comes from a publisher, on its way into its session. Says nothing itself but to warn."""

from collections.abc import Awaitable, Callable

from server import endings
from server.conversation.reader import BURST, MESSAGES, Bucket
from server.live.intake import LONGEST_GAP
from server.live.session import LiveSession
from server.logs import logger
from server.protocols.native import render
from server.protocols.native.messages import BadMessage, Gap
from server.protocols.native.messages import Sound as Heard
from server.protocols.native.requests import Request
from server.webrtc import commands
from server.webrtc.messages import Said, Silence, Sound

WIDTH = 2  # bytes of a sample

log = logger("webrtc")


class Uplink:
    def __init__(
        self,
        live: LiveSession,
        since: float | None,
        tell: Callable[[bytes], None],
        clock: Callable[[], float],
    ) -> None:
        """since: when the session was last heard, if it is one that goes on. tell: the publisher.
        clock: seconds."""
        self.live = live
        self.since = since
        self.again = since is not None
        self.tell = tell
        self.clock = clock
        self.heard: float | None = None  # when the publisher was last heard
        self.missed = 0  # bytes that are still owed as silence
        self.bucket = Bucket(MESSAGES, BURST, clock())

    async def wish(self, asked: Request) -> None:
        """Who goes on with a session may want other things of it than before."""
        now = self.live.commands
        same = (asked.options, asked.view) == (now.options, now.view)
        if self.again and not (same and asked.endpoint is None):
            await now.update(asked.options, asked.view, asked.endpoint)

    async def take(self, brought: Sound | Silence | Said) -> None:
        """Raises Over for a flood of messages."""
        match brought:
            case Sound(_, data):
                await self._sound(data)
            case Silence(_, samples):
                await self._silence(samples * WIDTH)
            case Said(_, text):
                await self._obey(text)

    async def _sound(self, data: bytes) -> None:
        self._owe(self._between(len(data)))
        if self.missed:
            await self._silence(0)
        if self.missed or not await self._kept(self._speak(data)):
            self._owe(len(data))
        self.heard = self.clock()

    def _speak(self, data: bytes) -> Awaitable[object]:
        return self.live.commands.sound(Heard(self.live.intake.received, data))

    async def _silence(self, length: int) -> None:
        self._owe(length)
        gap = Gap(self.live.intake.received, self.missed)
        if await self._kept(self.live.commands.gap(gap)):
            self.missed = 0

    def _between(self, length: int) -> int:
        """Bytes from when the session was last heard to the beginning of what comes first now."""
        since, self.since = self.since, None
        if since is None:
            return 0
        pace = self.live.intake.pace
        seconds = self.clock() - since - length / pace
        return max(0, int(seconds * pace)) // WIDTH * WIDTH

    def _owe(self, length: int) -> None:
        self.missed = min(self.missed + length, LONGEST_GAP * self.live.intake.pace)

    async def _kept(self, keeping: Awaitable[object]) -> bool:
        """Whether the session has taken it. Where it could not, silence will stand for it."""
        try:
            await keeping
        except BadMessage as bad:
            if not self.live.finished:
                log.warning("sound not kept", session=self.live.id, error=str(bad))
            return self.live.finished
        return True

    async def _obey(self, text: str) -> None:
        if not self.bucket.take(self.clock()):
            raise endings.refused(BadMessage("too many messages", 4429, "flood"))
        try:
            match commands.parse(text):
                case commands.Ack(seq):
                    self.live.acknowledged(seq)
                case commands.End():
                    await self.live.end(self.live.intake.received)
                case commands.Ping(t):
                    self.tell(render.pong(t))
        except BadMessage as bad:
            self.tell(render.warning(bad.code, str(bad)))
