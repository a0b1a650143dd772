"""What a client tells a session, on its way into the journal and to the pipeline.

Waits while model or disk are behind. Says nothing to the client but why a message is refused.
"""

import asyncio
from collections.abc import Callable

from inference.types import Options, Samples
from server.audio.decoding import UnreadableAudio
from server.live import entries
from server.live.archive import Archive
from server.live.entries import Change
from server.live.feed import Feed
from server.live.gather import Gather
from server.live.intake import Intake
from server.live.mailbox import Heard, Missing
from server.protocols.native.messages import BadMessage, Gap, Sound
from server.protocols.native.requests import Request, View
from storage.journal.records import Audio as AudioRecord
from storage.journal.records import Gap as GapRecord
from streaming.events import Finish, Flush, Update
from streaming.resampler import Sound as Samples2D

ENVELOPE = 64  # bytes of a record around its audio, at most
UNHURRIED = 0.06  # seconds of audio that are kept and heard at once while nobody speaks
HELD = 0.06  # seconds after which audio that waits for more of it is looked at


class Commands:
    def __init__(
        self,
        request: Request,
        archive: Archive,
        intake: Intake,
        feed: Feed,
        hurry: Callable[[], bool],
        viewed: Callable[[View], None],
    ) -> None:
        """hurry: whether somebody speaks. viewed: told what the client wants to see from now."""
        self.archive = archive
        self.intake = intake
        self.feed = feed
        self.mailbox = feed.mailbox
        self.hurry = hurry
        self.viewed = viewed
        self.options = request.options
        self.view = request.view
        self.ready = asyncio.Event()  # what was restored has been heard again
        self.finished = False  # no more is taken
        self.why = "ended"
        # Each packet of Opus is kept and decoded by itself.
        opus = request.format.encoding == "opus"
        self.gather = Gather(0 if opus else int(UNHURRIED * intake.pace))
        self.kept = intake.received  # position up to which audio was given to the journal
        self.released = 0  # how often audio that waited was let go
        self.timer: asyncio.TimerHandle | None = None

    async def sound(self, message: Sound) -> None:
        """Audio of the client's. Raises BadMessage."""
        await self._room(len(message.data))
        if self.finished:
            return self._refuse_new(self.intake.is_new(message))
        fresh = self.intake.take(message)
        if not fresh:
            return
        if self.gather.put(fresh, hurry=self.hurry()):
            self._release()
            await self.mailbox.room()
        elif self.timer is None:
            self._look_later()

    async def gap(self, message: Gap) -> float:
        """Silence for audio that the client has lost; returns its seconds. Raises BadMessage."""
        await self._room(0)
        if self.finished:
            self._refuse_new(message.pos + message.length > self.intake.received)
            return 0.0
        self._release()
        missing = self.intake.skip(message)
        if missing:
            self.archive.append(GapRecord(self.kept, missing))
            self.kept = self.intake.received
            self.mailbox.put(Missing(missing // self.intake.form.unit, self.kept))
        await self.mailbox.room()
        return missing / self.intake.pace

    async def flush(self, id: str) -> None:
        """After the end it is no mistake: who comes back does not know what has arrived."""
        await self.ready.wait()
        if not self.finished:
            self._release()
            self.archive.append(entries.flush(id))
            self.mailbox.put(Flush(id))
            await self.mailbox.room()

    async def update(self, options: Options, view: View, endpoint: Samples | None) -> None:
        """After the end as `flush`."""
        await self.ready.wait()
        if not self.finished:
            self._release()
            self.options, self.view = options, view
            self.viewed(view)
            self.archive.append(entries.update(Change(options, view, endpoint)))
            self.mailbox.put(Update(options, endpoint))
            await self.mailbox.room()

    async def end(self, pos: int) -> bool:
        """The client says that there is no more audio. Raises BadMessage for a wrong total."""
        await self.ready.wait()
        if self.finished:
            return False
        self.intake.end(pos)
        self._release()
        self.archive.append(entries.end(pos))
        return self.finish("ended")

    def finish(self, why: str) -> bool:
        """No more is taken, for this reason. Only the first time counts: False after that."""
        if self.finished:
            return False
        self.finished, self.why = True, why
        self._release()
        self.mailbox.put(Finish())
        return True

    def fail(self) -> None:
        """The session has broken, whatever it was at."""
        self.finished, self.why = True, "failed"
        self._release()

    def _release(self) -> None:
        """Keep what has waited, and let the session hear it. Raises BadMessage."""
        if held := self.gather.take():
            self.released += 1
            self.archive.append(AudioRecord(self.kept, self.intake.received, held))
            self.kept = self.intake.received
            self.mailbox.put(Heard(self._decoded(held), self.kept))

    def _decoded(self, data: bytes) -> Samples2D:
        try:
            return self.feed.decoder.decoded(data)
        except UnreadableAudio as error:
            raise BadMessage(f"not an Opus packet: {error}") from None

    def _look_later(self) -> None:
        loop = asyncio.get_running_loop()
        self.timer = loop.call_later(HELD, self._look, self.released)

    def _look(self, released: int) -> None:
        """Audio that nothing followed is kept too; else it would never be acknowledged."""
        self.timer = None
        if self.gather.length and not self.finished:
            if self.released == released:
                self._release()
            else:
                self._look_later()

    async def _room(self, size: int) -> None:
        await self.ready.wait()
        try:
            await self.archive.room(size + ENVELOPE)
        except TimeoutError:
            raise BadMessage("the disk takes no more audio now", 4429, "storage_full") from None

    def _refuse_new(self, new: bool) -> None:
        """After its end a client may send again what is here; more is its mistake, unless the end
        was the server's."""
        if new and self.why == "ended":
            raise BadMessage("audio after the end")
