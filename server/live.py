"""One live session on this server: a client's audio in, events out, everything kept.

Owns the pipeline, the outbox and the archive of a session, not its connection:
a connection comes and goes (stream.py), a session is finished once.
"""

import asyncio
from functools import partial
from typing import Any

import numpy as np
from msgspec.structs import replace

from inference.types import Options, Samples
from server.archive import Archive
from server.codecs import OpusPackets, UnreadableAudio
from server.gather import Gather
from server.intake import Intake
from server.logs import logger
from server.mailbox import Mailbox
from server.parts import Parts
from server.protocols.native.messages import BadMessage, Gap, Sound
from server.protocols.native.requests import Request, View
from streaming.events import (
    Caption,
    Command,
    Ended,
    Event,
    Finish,
    Flush,
    Revised,
    Segment,
    Speak,
    Update,
)
from streaming.lifecycle import State
from streaming.outbox import Outbox, Overflow
from streaming.pipeline import Pipeline
from streaming.resampler import Resampler, decode
from streaming.resampler import Sound as Samples2D
from streaming.session import Session

log = logger("live")

UNHURRIED = 0.06  # seconds of audio that are heard at once while nobody speaks


class LiveSession:
    def __init__(self, id: str, request: Request, parts: Parts, archive: Archive) -> None:
        server = parts.settings.server
        self.id = id
        self.parts = parts
        self.archive = archive
        self.view = request.view
        self.options = request.options
        self.intake = Intake(request.format, request.start, server.max_ahead)
        self.format = request.format
        self.opus = OpusPackets(request.format.channels) if self.format.encoding == "opus" else None
        # Each packet of Opus is decoded by itself.
        self.gather = Gather(0 if self.opus else int(UNHURRIED * self.intake.pace))
        self.resampler = Resampler(request.format.rate)
        self.outbox = Outbox()
        self.news = asyncio.Event()  # something waits in the outbox, or the session is over
        self.mailbox = Mailbox()
        self.over = False  # nothing more will be put in the outbox
        self.finished = False  # no more audio is taken
        self.overflown = False  # the client has left more unread than is kept for it
        self.why = "ended"
        policy = parts.settings.streaming.policy()
        self.look_every = policy.look_every
        if request.endpoint is not None:
            policy = replace(policy, endpoint=request.endpoint)
        if not request.view.partials:
            policy = replace(policy, look_every=None)
        self.session = Session(policy, request.options, parts.metrics.filtered)
        self.pipeline = Pipeline(
            self.session,
            hear=parts.hear,
            score=partial(parts.vad.speech, parts.vad.listener(gated=True)),
            emit=self._emit,
            report=self._report,
        )
        self.counts = {"segments": 0, "words": 0, "captions": 0}

    @property
    def settled(self) -> int:
        """Position up to which all text has been issued."""
        if self.session.state is State.ENDED:
            return self.intake.received
        return self.intake.position(self.session.settled)

    def forget(self) -> None:
        """Drop the positions that no event still to come refers to."""
        if not self.outbox.waiting:
            self.intake.forget(self.session.settled)

    async def run(self) -> None:
        """Until the last event is given and everything is kept, or could not be."""
        self.parts.metrics.sessions.inc()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.archive.run())
                await self._listen()
                length = min(self.session.clock, self.intake.heard)
                self.archive.finish(length, self.session.language.best)
        except* Exception as failures:
            self._fail(failures)
        finally:
            self._wake_for_the_last_time()
            self.parts.metrics.sessions.dec()
            self.parts.metrics.ended.labels(self.why).inc()
            self._log()

    async def _listen(self) -> None:
        """The pipeline to its end. Should it fail, what it gave until then is kept."""
        try:
            await self.pipeline.run(self.mailbox.commands())
        except Exception as error:
            self._fail(error)
        finally:
            self._wake_for_the_last_time()

    def _fail(self, error: BaseException) -> None:
        self.why = "failed"
        log.error("session failed", session=self.id, exc_info=error)

    async def sound(self, message: Sound) -> None:
        """Audio of the client's. Waits while the model is behind. Raises BadMessage."""
        if self._may_go_on("audio"):
            fresh = self.intake.take(message)
            if fresh and self.gather.put(fresh, hurry=self.session.open is not None):
                await self._release()

    async def gap(self, message: Gap) -> float:
        """Silence for audio that the client has lost; returns its seconds. Raises BadMessage."""
        if not self._may_go_on("audio"):
            return 0.0
        await self._release()
        seconds = self.intake.skip(message) / self.intake.pace
        left = round(seconds * self.format.rate)
        while left:
            piece = min(left, self.format.rate)
            self._speak(np.zeros((piece, self.format.channels), np.float32))
            await self._room()
            left -= piece
        return seconds

    async def flush(self, id: str) -> None:
        if self._may_go_on("a flush"):
            await self._release()
            await self._tell(Flush(id))

    async def update(self, options: Options, view: View, endpoint: Samples | None) -> None:
        if self._may_go_on("an update"):
            await self._release()
            self.options, self.view = options, view
            every = self.look_every if view.partials else None
            self.session.policy = replace(self.session.policy, look_every=every)
            await self._tell(Update(options, endpoint))

    def end(self, pos: int) -> None:
        """The client says that there is no more audio. Raises BadMessage for a wrong total."""
        if not self.finished:
            self.intake.end(pos)
            self.finish("ended")

    def finish(self, why: str) -> None:
        """No more audio, for this reason. Only the first time counts."""
        if self.finished:
            return
        self.finished = True
        self.why = why
        if held := self.gather.take():
            self._speak(self._decoded(held))
        rest = self.resampler.finish()
        self.intake.mark(len(rest))
        self.mailbox.put(Speak(rest))
        self.mailbox.put(Finish())

    def _may_go_on(self, what: str) -> bool:
        """False after the end; that is the client's mistake unless the end was the server's."""
        if self.finished and self.why == "ended":
            raise BadMessage(f"{what} after the end")
        return not self.finished

    def _decoded(self, data: bytes) -> Samples2D:
        if self.opus is None:
            return decode(self.format, data)
        try:
            return self.opus.decode(data).astype(np.float32) / np.float32(1 << 15)
        except UnreadableAudio as error:
            raise BadMessage(f"not an Opus packet: {error}") from None

    async def _release(self) -> None:
        """Let the session hear what has come. Waits while the model or the disk is behind."""
        if held := self.gather.take():
            self._speak(self._decoded(held))
            await self._room()

    def _speak(self, sound: Samples2D) -> None:
        self.archive.sound(sound)
        audio = self.resampler.push(sound)
        self.intake.mark(len(audio))
        self.parts.metrics.heard(len(audio))
        self.mailbox.put(Speak(audio))

    async def _room(self) -> None:
        await self.mailbox.room()
        await self.archive.room()

    async def _tell(self, command: Command) -> None:
        self.mailbox.put(command)
        await self.mailbox.room()

    def _emit(self, event: Event) -> None:
        match event:
            case Segment():
                self._segment(event)
            case Caption():
                self.counts["captions"] += 1
                self._covered(event)
                self._put(event)
            case Ended(at):
                self._put(Ended(min(at, self.intake.heard)))
            case _:
                self._put(event)

    def _segment(self, segment: Segment) -> None:
        self.counts["segments"] += 1
        self.counts["words"] += len(segment.words)
        self.parts.metrics.words.inc(len(segment.words))
        self.parts.metrics.final_delay.observe(self._seconds(self.session.clock - segment.end))
        self.archive.segment(segment)
        self._put(segment)
        if segment.better is not None and self.view.revise:
            self._put(Revised(segment.utterance, segment.better))

    def _covered(self, caption: Caption) -> None:
        words = caption.committed + caption.tentative
        if words:
            self.parts.metrics.lag.observe(self._seconds(self.session.clock - words[-1].end))

    def _put(self, event: Event) -> None:
        try:
            self.outbox.put(event)
        except Overflow:
            self.overflown = True  # the archive goes on
        self.news.set()

    def _report(self, error: Exception) -> None:
        self.parts.metrics.failures.inc()
        log.error("window lost", session=self.id, error=repr(error))

    def _wake_for_the_last_time(self) -> None:
        self.over = True
        self.mailbox.close()
        self.archive.release()
        self.news.set()

    def _seconds(self, samples: Samples) -> float:
        return self.intake.seconds(max(0, samples))

    def _log(self) -> None:
        facts: dict[str, Any] = {
            "why": self.why,
            "seconds": round(self.intake.seconds(self.intake.heard), 2),
            "language": self.session.language.best,
            **self.counts,
        }
        log.info("session over", session=self.id, **facts)
