"""One live session on this server: a client's audio in, events out, everything kept.

Owns the pipeline, the outbox and the journal of a session, not its connection:
a connection comes, goes and comes again (server/stream.py), a session is finished once.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from msgspec.structs import replace

from server.live.archive import Archive
from server.live.commands import Commands
from server.live.entries import Header
from server.live.feed import Feed
from server.live.holding import Holding
from server.live.intake import Intake
from server.live.restore import Restored
from server.live.telling import Telling
from server.live.tokens import Given, Token
from server.logs import logger
from server.parts import OWNER, Parts
from server.protocols.native.render import Renderer
from server.protocols.native.requests import Request, View
from server.rooms.broadcast import Broadcast, channel
from streaming.events import Command, Event
from streaming.lifecycle import State
from streaming.pipeline import Pipeline
from streaming.session import Session
from streaming.settings import Policy

log = logger("live")

SETTLE = 0.5  # seconds between notes of how far the text is settled


class LiveSession:
    def __init__(
        self,
        id: str,
        header: Header,
        parts: Parts,
        archive: Archive,
        clock: Callable[[], float],
        restored: Restored | None = None,
    ) -> None:
        """clock: seconds. restored: what another process, or an earlier owner, left of it."""
        request = restored.request if restored else header.request
        self.id = id
        self.header = header
        self.parts = parts
        self.archive = archive
        self.clock = clock
        self.restored = restored
        self.intake = Intake(request.format, request.start, parts.settings.server.max_ahead)
        self.feed = Feed(parts, request.format, self.intake)
        policy = parts.settings.streaming.policy()
        self.look_every = policy.look_every
        start, first = (restored.at, restored.first) if restored else (0, 0)
        self.session = Session(
            _asked(policy, request), request.options, parts.metrics.filtered, start, first
        )
        self.commands = Commands(
            request,
            archive,
            self.intake,
            self.feed,
            lambda: self.session.open is not None,
            self._look_for,
        )
        self.said = Telling(archive, self.intake, parts.metrics, lambda: self.commands.view, clock)
        room = channel(OWNER, header.request.room or id)
        self.room = Broadcast(parts.bus, room, id, header.begun, self._safe, clock)
        self.said.watch = self.room.put
        self.renderer = Renderer(lambda: self.commands.view, self.said.position)
        self.news = self.said.news
        self.told_all = asyncio.Event()  # the client has said that it has all events
        self.holding = Holding(
            archive,
            header.generation,
            parts.storage.secret,
            restored.given if restored else Given(),
            self.news,
            partial(self.finish, "client_gone"),
        )
        self.over = False  # nothing more will be put in the outbox
        self.done = False  # nothing more will be safe either
        self.resumed = restored is not None  # the next welcome is not the first
        self.lost = False  # another server has the session now, or it is erased
        self.left = asyncio.Event()  # nothing runs for it here any more
        self.pipeline = Pipeline(
            self.session,
            hear=parts.hear,
            score=partial(parts.vad.speech, parts.vad.listener(gated=True)),
            emit=self._emit,
            report=self._report,
        )
        if restored:
            self._restore(restored)
        else:
            self.commands.ready.set()

    @property
    def finished(self) -> bool:
        """No more audio is taken."""
        return self.commands.finished

    @property
    def why(self) -> str:
        return self.commands.why

    def _restore(self, restored: Restored) -> None:
        self.intake.restore(restored.received, restored.at, restored.pos)
        self.commands.kept = restored.received
        self.said.restore(restored)
        self.room.restore((seq, event) for seq, event, _ in restored.events)
        for language, heard in restored.votes:
            self.session.language.heard(language, 1.0, heard)
        if restored.ended:
            self.commands.finish("ended" if restored.told else "client_gone")
            self.over = True
            self.commands.ready.set()

    def moved(self) -> None:
        """More of what was said is safe."""
        self.news.set()
        self.room.news.set()

    def _safe(self) -> int | None:
        """The number of the last event that is; None: they all are."""
        return self.archive.durable.seq if self.archive.journal else None

    def new_token(self) -> str:
        """For the next connection."""
        return self.holding.new_token(keep=not self.over)

    def known(self, token: Token, seq: int) -> int:
        """The last of our events that the client of this token has, if its last one was `seq`."""
        return self.restored.known(token.generation, seq) if self.restored else seq

    def linger(self, seconds: float) -> None:
        """Wait so long for a connection, if there is more to come."""
        if not self.finished:
            self.holding.linger(seconds)

    def let_go(self, holder: object, seconds: float) -> None:
        """The connection is gone; another one is waited for, if there is more to come."""
        self.holding.let_go(holder, None if self.finished else seconds)

    def acknowledged(self, seq: int) -> None:
        """The client has all events up to this one."""
        self.said.outbox.ack(seq)
        if self.over and self.said.outbox.acked >= self.said.outbox.seq:
            self.told_all.set()

    async def run(self) -> None:
        """Until the last event is given and safe, or could not be."""
        self.parts.metrics.sessions.inc()
        try:
            async with asyncio.TaskGroup() as tasks:
                beside = [
                    tasks.create_task(self.archive.run()),
                    tasks.create_task(self._settle()),
                ]
                await self._listen()
                for task in beside:
                    task.cancel()
            await self._seal()
        finally:
            self.holding.stay()
            self.archive.close()
            self.done = True
            self._wake_for_the_last_time()
            self.parts.metrics.sessions.dec()
            self.parts.metrics.ended.labels(self.why).inc()
            self._log()

    async def _seal(self) -> None:
        if self.why == "failed":
            await self.archive.safe()
        elif not self.lost:
            await self.archive.seal(self.intake.received, self.said.outbox.seq)

    async def _listen(self) -> None:
        """The pipeline to its end. Should it fail, what it gave until then is kept."""
        try:
            await self.pipeline.run(self._commands())
        except Exception as error:
            self.commands.fail()
            log.error("session failed", session=self.id, exc_info=error)
        finally:
            self._wake_for_the_last_time()

    async def _commands(self) -> AsyncIterator[Command]:
        """First what is heard again, then what comes."""
        if restored := self.restored:
            if restored.owed:
                self.said.put(restored.owed)
            async for command in self.feed.again(self.id, restored):
                yield command
            if restored.told:
                self.finish("ended")
            self.commands.ready.set()
        async for command in self.feed.coming():
            yield command

    async def end(self, pos: int) -> None:
        """The client says that there is no more audio. Raises BadMessage for a wrong total."""
        if await self.commands.end(pos):
            self.holding.stay()

    def finish(self, why: str) -> None:
        """No more audio, for this reason. Only the first time counts."""
        if self.commands.finish(why):
            self.holding.stay()

    def abandon(self) -> None:
        """Another server has the session: nothing more is kept or given here."""
        self.lost = True
        self.archive.close()
        self.finish("taken_away")

    async def _settle(self) -> None:
        """Notes again and again how far the text is settled, after all events before that."""
        at = self.session.settled
        while True:
            await asyncio.sleep(SETTLE)
            if self.session.settled != at and not self.over:
                at = self.session.settled
                self.said.note(at)

    def settle(self) -> int:
        """Position up to which all text has been said and is safe."""
        return self.said.settle(self.session.state is State.ENDED)

    def _look_for(self, view: View) -> None:
        """Captions are made for those who want to see them."""
        every = self.look_every if view.partials else None
        self.session.policy = replace(self.session.policy, look_every=every)

    def _emit(self, event: Event) -> None:
        if not self.lost:
            self.said.say(event, self.session.clock)

    def _report(self, error: Exception) -> None:
        self.parts.metrics.failures.inc()
        log.error("window lost", session=self.id, error=repr(error))

    def _wake_for_the_last_time(self) -> None:
        self.over = True
        self.feed.mailbox.close()
        self.commands.ready.set()
        self.news.set()

    def _log(self) -> None:
        facts: dict[str, Any] = {
            "why": self.why,
            "seconds": round(self.intake.seconds(self.intake.heard), 2),
            "language": self.session.language.best,
            **self.said.counts,
        }
        log.info("session over", session=self.id, **facts)


def _asked(policy: Policy, request: Request) -> Policy:
    """The policy with what the client wants otherwise."""
    if request.endpoint is not None:
        policy = replace(policy, endpoint=request.endpoint)
    return policy if request.view.partials else replace(policy, look_every=None)
