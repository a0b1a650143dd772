"""The real pipeline over the real engine; the model is a parrot, the detector hears loudness."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

import numpy as np
import pytest
from msgspec.structs import replace

from inference.engine import Engine, running
from inference.scheduler import Scheduler
from inference.types import FRAME, SAMPLE_RATE, Audio, Hypothesis, Options, Window, text_of
from streaming.events import (
    Caption,
    Command,
    Ended,
    Event,
    Failed,
    Finish,
    Flush,
    Flushed,
    Segment,
    Speak,
    SpeechEnded,
    SpeechStarted,
    Update,
    Updated,
)
from streaming.pipeline import Pipeline
from streaming.session import Session
from streaming.settings import UPLOAD, Policy
from tests.fakes import Parrot, drawn, score, scripted
from tests.streaming.shared import rules

TALK = "...########.......######......#########..........####......"  # 100 ms each
FILE = replace(UPLOAD, endpoint=SAMPLE_RATE // 2)  # each of the four is an utterance
LIVE = replace(FILE, look_every=SAMPLE_RATE // 5)  # the rules of a file, with captions


class Stage:
    """A pipeline, the events it gave and the failures it reported."""

    def __init__(self, engine: Engine, policy: Policy) -> None:
        self.events: list[Event] = []
        self.reports: list[Exception] = []
        self.session = Session(policy, Options("en"))
        self.pipeline = Pipeline(
            self.session, self._hear, score, self.events.append, self.reports.append
        )
        self.engine = engine
        self.taken = 0  # commands it asked for
        self.in_air = 0  # windows that have no answer yet

    async def run(self, commands: Iterable[Command], keeping_up: bool = False) -> None:
        """keeping_up: the model is done with each command before the next is given."""
        given = self._given(commands, keeping_up)
        await asyncio.wait_for(self.pipeline.run(given), 20)

    async def _hear(self, window: Window) -> Hypothesis:
        self.in_air += 1
        try:
            return await self.engine.transcribe(window)
        finally:
            self.in_air -= 1

    async def _given(self, commands: Iterable[Command], keeping_up: bool) -> AsyncIterator[Command]:
        for command in commands:
            self.taken += 1
            yield command
            await turns(2)
            while keeping_up and self.in_air:
                await turns(1)

    def all(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def text(self) -> list[str]:
        return [text_of(segment.words) for segment in self.all(Segment)]


@asynccontextmanager
async def staged(parrot: Parrot, policy: Policy = FILE) -> AsyncIterator[Stage]:
    async with running(Engine(parrot, Scheduler(8))) as engine:
        yield Stage(engine, policy)


def cut(audio: Audio, piece: int) -> list[Command]:
    return [Speak(audio[i : i + piece]) for i in range(0, len(audio), piece)]


async def played(audio: Audio, piece: int, policy: Policy) -> Stage:
    async with staged(Parrot(), policy) as stage:
        await stage.run(cut(audio, piece), keeping_up=policy.look_every is not None)
    return stage


async def turns(count: int = 1000) -> None:
    """Turns of the loop: so many let everything happen that can without the model."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_socket_and_an_upload_give_the_same_segments():
    """Pieces of 20 ms and of 10 s, with captions and without."""
    audio = drawn(TALK * 3)
    small = await played(audio, SAMPLE_RATE // 50, FILE)
    large = await played(audio, SAMPLE_RATE * 10, FILE)
    live = await played(audio, SAMPLE_RATE // 50, LIVE)
    for kind in (SpeechStarted, SpeechEnded, Segment, Ended):
        assert small.all(kind) == large.all(kind)
    assert len(small.all(Segment)) == 12 and all(small.text)
    assert small.all(Caption) == [] != live.all(Caption)
    spans = [[(s.start, s.end) for s in stage.all(Segment)] for stage in (small, live)]
    assert spans[0] == spans[1]
    assert small.text == live.text


async def test_what_is_said_is_what_is_written():
    picture = "....########......######......"
    async with staged(Parrot(scripted(picture, "one two three four five six seven"))) as stage:
        await stage.run(cut(drawn(picture), 4000))
    assert " ".join(stage.text) == "one two three four five six seven"
    assert len(stage.text) == 2
    length = -(-len(picture) * 1600 // FRAME) * FRAME  # the last frame is filled up
    assert stage.events[-1] == Ended(length)


async def test_commands_that_end_without_finish_are_finished():
    said = [*cut(drawn("...######"), 500)]
    ends = []
    for commands in (said, [*said, Finish()], [*said, Finish(), Finish()]):
        async with staged(Parrot()) as stage:
            await stage.run(commands)
        ends.append(stage.events)
    assert ends[0] == ends[1] == ends[2]
    assert [type(event) for event in ends[0][-2:]] == [Segment, Ended]
    assert sum(isinstance(event, Ended) for event in ends[0]) == 1


async def test_nothing_at_all_is_a_session_too():
    async with staged(Parrot()) as stage:
        await stage.run([])
    assert stage.events == [Ended(0)]


async def test_flushes_and_updates_take_their_place_between_audio():
    async with staged(Parrot()) as stage:
        half = cut(drawn("...######"), 1600)
        await stage.run([*half, Flush("a"), Update(Options("de")), *half, Flush("b")])
    kinds = [type(e) for e in stage.events if isinstance(e, Segment | Flushed | Updated)]
    assert kinds == [Segment, Flushed, Updated, Segment, Flushed]
    assert [flushed.id for flushed in stage.all(Flushed)] == ["a", "b"]


async def test_a_slow_model_stops_the_intake_and_gets_no_more_than_its_share():
    parrot = Parrot(held=True)
    policy = replace(FILE, in_flight=2)
    async with staged(parrot, policy) as stage:
        commands = cut(drawn(TALK * 3), 800)
        run = asyncio.create_task(stage.run(commands))
        await parrot.is_in()
        await turns()
        assert stage.session.owed == 2
        taken = stage.taken
        assert taken < len(commands) / 3
        await turns()
        assert stage.taken == taken
        parrot.release(1)
        await parrot.is_in()
        await turns()
        assert stage.session.owed == 2 and stage.taken > taken
        parrot.release()
        await run
    assert stage.taken == len(commands)
    assert len(stage.all(Segment)) == 12


async def test_one_long_piece_does_not_pass_by_a_slow_model():
    parrot = Parrot(held=True)
    async with staged(parrot, replace(FILE, in_flight=2)) as stage:
        run = asyncio.create_task(stage.run([Speak(drawn(TALK * 3))]))
        await parrot.is_in()
        await turns()
        assert stage.session.owed == 2
        assert stage.session.clock < len(drawn(TALK))
        parrot.release()
        await run
    assert len(stage.all(Segment)) == 12


async def test_looks_wait_for_a_slow_model_without_stopping_the_intake():
    parrot = Parrot(held=True)
    async with staged(parrot, LIVE) as stage:
        run = asyncio.create_task(stage.run(cut(drawn("..." + "#" * 40), 800)))
        await parrot.is_in()
        await turns()
        assert stage.session.clock == -(-43 * 1600 // FRAME) * FRAME
        assert len(parrot.windows) == 1
        parrot.release()
        await run
    assert len(stage.all(Segment)) == 1


async def test_a_window_that_fails_is_reported_and_the_session_goes_on():
    second = TALK.index("#", 12) * 1600
    parrot = Parrot(fails=lambda w: w.start < second < w.start + len(w.audio))
    async with staged(parrot) as stage:
        await stage.run(cut(drawn(TALK), 1600))
    assert [str(error) for error in stage.reports] == ["told to fail"]
    assert len(stage.all(Segment)) == 3
    (failed,) = stage.all(Failed)
    assert failed.code == "engine_failed" and failed.start < second < failed.end
    assert isinstance(stage.events[-1], Ended)


async def test_a_model_that_always_fails_ends_the_session_in_order():
    async with staged(Parrot(fails=lambda _: True), LIVE) as stage:
        await stage.run(cut(drawn(TALK), 1600))
    assert stage.all(Segment) == [] == stage.all(Caption)
    assert len(stage.all(Failed)) == 4
    assert isinstance(stage.events[-1], Ended)


async def test_a_detector_that_fails_ends_the_session():
    async def broken(_):
        raise ArithmeticError("deaf")

    async with staged(Parrot()) as stage:
        stage.pipeline.score = broken
        with pytest.raises(ExceptionGroup, match="unhandled") as caught:
            await stage.run(cut(drawn("..##"), 1600))
    assert caught.group_contains(ArithmeticError, match="deaf")


async def test_cancelling_a_session_leaves_no_task():
    parrot = Parrot(held=True)
    before = asyncio.all_tasks()
    async with running(Engine(parrot, Scheduler(8))) as engine:
        stage = Stage(engine, rules(look_every=3))
        run = asyncio.create_task(stage.run(cut(drawn(TALK), 320)))
        await parrot.is_in()
        await turns()
        assert len(asyncio.all_tasks() - before) > 2
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        parrot.release()
    assert asyncio.all_tasks() == before
    assert not stage.all(Ended)


async def test_the_detector_hears_whole_frames_once_and_in_order():
    heard: list[np.ndarray] = []

    async def listening(frames):
        heard.append(frames)
        return await score(frames)

    audio = np.arange(5 * FRAME + 7, dtype=np.float32) / (10 * FRAME)
    async with staged(Parrot()) as stage:
        stage.pipeline.score = listening
        await stage.run(cut(audio, 333))
    together: Sequence[float] = np.concatenate(heard).ravel()
    np.testing.assert_array_equal(together[: len(audio)], audio)
    assert len(together) == 6 * FRAME
