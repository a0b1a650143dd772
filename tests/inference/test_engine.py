"""The engine with a model that the test holds; and the contract of every model, fake or real."""

import asyncio
import threading
from collections.abc import Sequence

import numpy as np
import pytest

from inference.engine import Engine, EngineClosed, Entry, Model, running
from inference.scheduler import Scheduler
from inference.types import SAMPLE_RATE, Hypothesis, Options, Samples, Urgency, Window, text_of
from tests.fakes import Parrot, drawn, words

AUDIO = drawn("#" * 30)


def window(urgency: Urgency = Urgency.FINAL, start: int = 0, language: str = "en") -> Window:
    return Window(start, AUDIO, urgency, Options(language))


def engine(model: Model, max_batch: int = 8, **more) -> Engine:
    return Engine(model, Scheduler[Entry](max_batch), **more)


def asked(engine: Engine, *windows: Window) -> list[asyncio.Task[Hypothesis]]:
    return [asyncio.create_task(engine.transcribe(one)) for one in windows]


async def answers(tasks: Sequence[asyncio.Task[Hypothesis]]) -> list[object]:
    return await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)


async def turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_window_is_answered_with_what_the_model_heard():
    async with running(engine(Parrot(words("one two")))) as model:
        assert text_of((await model.transcribe(window())).words) == "one two"


async def test_all_who_are_ready_share_the_first_pass():
    parrot = Parrot()
    async with running(engine(parrot)) as model:
        await answers(asked(model, *[window() for _ in range(5)]))
    assert [len(batch) for batch in parrot.passes] == [5]


async def test_what_piled_up_during_a_pass_is_the_next():
    parrot = Parrot(held=True)
    async with running(engine(parrot, max_batch=3)) as model:
        first = asked(model, window())
        await parrot.is_in()
        rest = asked(model, *[window(Urgency.LOOK) for _ in range(4)], window())
        await turns()
        parrot.release()
        await answers(first + rest)
    assert [len(batch) for batch in parrot.passes] == [1, 1, 3, 1]
    assert [batch[0].urgency for batch in parrot.passes] == [
        *(Urgency.FINAL, Urgency.FINAL),
        *(Urgency.LOOK, Urgency.LOOK),
    ]


async def test_kinds_do_not_share_a_pass():
    parrot = Parrot()
    async with running(engine(parrot)) as model:
        await answers(asked(model, window(), window(language="de"), window()))
    assert sorted(len(batch) for batch in parrot.passes) == [1, 2]


async def test_no_more_passes_than_allowed_run_at_once():
    parrot = Parrot(held=True)
    async with running(engine(parrot, max_batch=1, passes=2)) as model:
        tasks = asked(model, *[window() for _ in range(5)])
        await parrot.is_in(2)
        await turns()
        assert len(parrot.passes) == 2
        parrot.release(1)
        await parrot.is_in()
        await turns()
        assert len(parrot.passes) == 3
        parrot.release()
        await answers(tasks)
    assert len(parrot.passes) == 5


@pytest.mark.parametrize(("passes", "at_once"), [(2, True), (1, False)])
async def test_beside_a_flood_of_uploads_who_speaks_waits_for_one_small_pass_at_most(
    passes, at_once
):
    parrot = Parrot()
    async with running(engine(parrot, passes=passes)) as model:
        await answers(asked(model, window(Urgency.LOOK)))
        await parrot.is_in()
        parrot.hold()
        uploads = asked(model, *[window(Urgency.BATCH) for _ in range(20)])
        await parrot.is_in()
        look = asked(model, window(Urgency.LOOK))
        if not at_once:
            parrot.release(1)
        await parrot.is_in()
        begun = [(len(batch), batch[0].urgency) for batch in parrot.passes[1:]]
        assert begun == [(1, Urgency.BATCH), (1, Urgency.LOOK)]
        parrot.release()
        await answers(look + uploads)
    assert len(parrot.windows) == 22


async def test_a_flood_of_uploads_has_the_machine_while_nobody_speaks():
    parrot = Parrot(held=True)
    async with running(engine(parrot, passes=2)) as model:
        uploads = asked(model, *[window(Urgency.BATCH) for _ in range(20)])
        await parrot.is_in(2)
        parrot.release()
        await answers(uploads)
    assert sorted(len(batch) for batch in parrot.passes) == [4, 8, 8]


async def test_closing_refuses_uploads_that_were_not_allowed_to_begin():
    parrot = Parrot()
    model = engine(parrot, passes=2)
    await answers(asked(model, window()))
    await parrot.is_in()
    parrot.hold()
    uploads = asked(model, *[window(Urgency.BATCH) for _ in range(3)])
    await parrot.is_in()
    closing = asyncio.create_task(model.close())
    found = await answers(uploads[1:])
    parrot.release()
    await asyncio.wait_for(closing, 10)
    assert [type(answer) for answer in found] == [EngineClosed, EngineClosed]
    assert (await uploads[0]).words


async def test_a_failing_row_fails_alone():
    parrot = Parrot(fails=lambda w: w.start == 1)
    async with running(engine(parrot)) as model:
        found = await answers(asked(model, *[window(start=i) for i in range(3)]))
    assert len(parrot.passes) == 1
    assert [type(answer) for answer in found] == [Hypothesis, RuntimeError, Hypothesis]


class Broken(Parrot):
    """A model whose first pass breaks as a whole."""

    def transcribe(self, batch):
        if not self.passes:
            self.passes.append(list(batch))
            raise MemoryError("no room")
        return super().transcribe(batch)


async def test_a_model_that_breaks_tells_those_who_wait_and_goes_on():
    async with running(engine(Broken())) as model:
        found = await answers(asked(model, window(), window()))
        assert [type(answer) for answer in found] == [MemoryError, MemoryError]
        assert (await model.transcribe(window())).words


async def test_who_is_cancelled_takes_the_window_back():
    parrot = Parrot(held=True)
    async with running(engine(parrot)) as model:
        first = asked(model, window())
        await parrot.is_in()
        gone, stays = asked(model, window(start=1), window(start=2))
        await turns()
        gone.cancel()
        await turns()
        assert len(model.scheduler) == 1
        parrot.release()
        await answers([*first, stays])
        with pytest.raises(asyncio.CancelledError):
            await gone
    assert [one.start for one in parrot.windows] == [0, 2]


async def test_who_is_cancelled_during_the_pass_disturbs_nobody():
    parrot = Parrot(held=True)
    async with running(engine(parrot)) as model:
        gone, stays = asked(model, window(start=1), window(start=2))
        await parrot.is_in()
        gone.cancel()
        await turns()
        parrot.release()
        assert (await asyncio.wait_for(stays, 10)).words
        assert (await model.transcribe(window())).words


async def test_closing_lets_the_pass_end_and_refuses_the_rest():
    parrot = Parrot(held=True)
    model = engine(parrot)
    (running_one,) = asked(model, window())
    await parrot.is_in()
    (queued,) = asked(model, window(start=1))
    await turns()
    closing = asyncio.create_task(model.close())
    with pytest.raises(EngineClosed):
        await asyncio.wait_for(queued, 10)
    assert not closing.done()
    parrot.release()
    await asyncio.wait_for(closing, 10)
    assert (await running_one).words
    with pytest.raises(EngineClosed):
        await model.transcribe(window())
    assert len(parrot.passes) == 1
    assert not [t for t in threading.enumerate() if t.name.startswith("model")]


async def test_an_idle_engine_closes_at_once():
    model = engine(Parrot())
    await asyncio.wait_for(model.close(), 10)


async def test_every_pass_is_told_to_who_watches():
    seen = []
    watched = engine(Parrot(), watch=lambda *told: seen.append(told))
    async with running(watched) as model:
        await answers(asked(model, window(), window()))
        await model.transcribe(window(Urgency.LOOK))
    assert [(urgency, rows) for urgency, rows, *_ in seen] == [
        (Urgency.FINAL, 2),
        (Urgency.LOOK, 1),
    ]
    assert all(waited >= 0 and computed >= 0 for *_, waited, computed in seen)


# The contract. A fake that behaves otherwise than the real model would prove nothing.

LONG = 5 * SAMPLE_RATE  # of each window


@pytest.fixture(params=["parrot", pytest.param("whisper", marks=pytest.mark.slow)])
def model(request, reference) -> Model:
    return Parrot(reference) if request.param == "parrot" else request.getfixturevalue("tiny")


@pytest.fixture
def of(dialogue):
    """A window of the recording."""

    def cut(start: Samples) -> Window:
        return Window(start, dialogue[start : start + LONG], Urgency.FINAL, Options("en"))

    return cut


def test_a_kind_is_a_stable_key(model, of):
    one, other = of(0), of(8000)
    assert model.kind(one) == model.kind(of(0)) == model.kind(other)
    assert len({model.kind(one), model.kind(other)}) == 1


def test_each_window_has_one_outcome_in_order(model, of):
    windows = [of(start * SAMPLE_RATE) for start in (0, 12, 24, 36)]
    together = model.transcribe(windows)
    alone = [model.transcribe([one])[0] for one in windows]
    assert [text_of(h.words) for h in together] == [text_of(h.words) for h in alone]
    assert len({text_of(h.words) for h in together}) == 4


def test_no_window_is_no_work(model):
    assert list(model.transcribe([])) == []


def test_words_lie_in_their_window_in_order(model, of):
    for start in (0, 20 * SAMPLE_RATE):
        (heard,) = model.transcribe([of(start)])
        assert len(heard.words) > 4
        assert all(start <= w.start <= w.end <= start + LONG for w in heard.words)
        assert all(a.start <= b.start for a, b in zip(heard.words, heard.words[1:], strict=False))
        assert all(0 <= w.probability <= 1 and w.text.strip() for w in heard.words)


def test_a_row_that_cannot_be_heard_fails_alone(model, of):
    good = of(0)
    bad = Window(0, np.stack([good.audio, good.audio], axis=1), Urgency.FINAL, Options("en"))
    first, failed, last = model.transcribe([good, bad, of(12 * SAMPLE_RATE)])
    assert isinstance(failed, Exception)
    assert first.words and last.words and first.words != last.words


def test_the_language_that_was_given_is_the_language(model, of):
    (heard,) = model.transcribe([of(0)])
    assert (heard.language, heard.language_probability) == ("en", 1.0)
