import asyncio
import json
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from inference.types import FRAME, SAMPLE_RATE
from inference.vad import PASS, ROWS, RUN, Floats, Heard, Run, Silero, Vad, VadClosed, shares

CORPUS = Path(__file__).parents[2] / "benchmarks" / "corpus" / "dialogue"


@pytest.fixture(scope="module")
def silero() -> Silero:
    return Silero()


@pytest.fixture
async def vad(silero: Silero) -> AsyncIterator[Vad]:
    async with Vad(silero) as vad:
        yield vad


@pytest.fixture(scope="module")
def spoken() -> Floats:
    audio, rate = soundfile.read(CORPUS / "dialogue.flac", dtype="float32")
    assert rate == SAMPLE_RATE
    return audio[: len(audio) // FRAME * FRAME].reshape(-1, FRAME)


class Slow:
    """A model that waits for the test and hears how loud a frame is; what passed is kept."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.passes: list[list[int]] = []

    def hear(self, runs: Sequence[Run]) -> list[Heard]:
        self.passes.append([len(run.frames) for run in runs])
        self.entered.release()
        assert self.go.acquire(timeout=10)
        if any(np.isnan(run.frames).any() for run in runs):
            raise ArithmeticError("not a number")
        return [Heard(run.frames[:, -1], run.state) for run in runs]

    async def is_in(self) -> None:
        assert await asyncio.to_thread(self.entered.acquire, timeout=10)


def loud(*levels: float) -> Floats:
    return np.repeat(np.array(levels, np.float32)[:, None], FRAME, axis=1)


async def one_by_one(silero: Silero, frames: Floats) -> Floats:
    async with Vad(silero) as alone:
        listener = alone.listener()
        return np.concatenate([await alone.speech(listener, frame[None]) for frame in frames])


@pytest.mark.parametrize(
    ("waiting", "given"),
    [
        ([], []),
        ([1, 3], [1, 3]),
        ([312, 1], [RUN, 1]),
        ([RUN] * 20, [RUN] * (PASS // RUN)),
        ([RUN - 1] * 20, [RUN - 1] * 16 + [16]),
        ([1] * 300, [1] * ROWS),
    ],
)
def test_a_pass_takes_who_waited_longest_and_a_little_of_each(waiting, given):
    assert shares(waiting) == given


@given(st.lists(st.integers(1, 400), max_size=400))
def test_a_pass_is_bounded_and_never_empty_when_someone_waits(waiting):
    given = shares(waiting)
    assert bool(given) == bool(waiting)
    assert len(given) <= ROWS and sum(given) <= PASS
    assert all(1 <= share <= min(left, RUN) for share, left in zip(given, waiting, strict=False))


async def test_sessions_together_hear_what_each_would_hear_alone(silero, vad, spoken):
    talks = [spoken[at : at + 40] for at in (0, 100, 200, 300)]
    listeners = [vad.listener() for _ in talks]
    pieces = [1, 1, 3, 1, 7, 1, 1, 25]
    heard: list[list[Floats]] = [[] for _ in talks]
    at = 0
    for size in pieces:
        calls = [
            vad.speech(one, talk[at : at + size])
            for one, talk in zip(listeners, talks, strict=True)
        ]
        for kept, answer in zip(heard, await asyncio.gather(*calls), strict=True):
            kept.append(answer)
        at += size
    for talk, kept in zip(talks, heard, strict=True):
        np.testing.assert_allclose(np.concatenate(kept), await one_by_one(silero, talk), atol=1e-4)


async def test_the_two_graphs_are_one_network(silero, spoken):
    start = np.zeros((2, 1, 128), np.float32)
    frame = np.concatenate([np.zeros((1, 64), np.float32), spoken[100:101]], axis=1)
    first, second = silero.hear([Run(frame, start), Run(frame, start)])
    (alone,) = silero.hear([Run(frame, start)])
    for together in (first, second):
        np.testing.assert_allclose(together.likelihoods, alone.likelihoods, atol=1e-5)
        np.testing.assert_allclose(together.state, alone.state, atol=1e-5)


async def test_an_upload_is_one_call_and_hears_the_same(silero, vad, spoken):
    upload = await vad.speech(vad.listener(), spoken[:312])
    assert upload.shape == (312,) and upload.dtype == np.float32
    np.testing.assert_allclose(upload, await one_by_one(silero, spoken[:312]), atol=1e-4)


async def test_real_speech_is_told_from_silence(vad, spoken):
    likely = await vad.speech(vad.listener(), spoken)
    words = json.loads((CORPUS / "dialogue.words.json").read_text())["words"]
    inside = np.zeros(len(spoken), bool)
    near = np.zeros(len(spoken), bool)
    for word in words:
        start, end = (int(word[key] * SAMPLE_RATE / FRAME) for key in ("start", "end"))
        inside[start : end + 1] = True
        near[max(0, start - 10) : end + 10] = True
    assert inside.sum() > 100 and (~near).sum() > 10
    assert np.median(likely[inside]) > 0.9
    assert np.median(likely[~near]) < 0.1
    silence = await vad.speech(vad.listener(), np.zeros((50, FRAME), np.float32))
    assert silence.max() < 0.2


async def test_what_piles_up_shares_the_next_pass_and_an_upload_goes_behind():
    model = Slow()
    async with Vad(model) as vad:
        upload = asyncio.create_task(vad.speech(vad.listener(), loud(*range(70))))
        await model.is_in()
        live = [asyncio.create_task(vad.speech(vad.listener(), loud(i))) for i in range(3)]
        model.go.release(3)
        np.testing.assert_array_equal(await asyncio.wait_for(upload, 10), np.arange(70))
        assert [float(answer[0]) for answer in await asyncio.gather(*live)] == [0, 1, 2]
    assert model.passes == [[32], [1, 1, 1, 32], [6]]


async def test_a_listener_has_one_call_in_the_air():
    model = Slow()
    async with Vad(model) as vad:
        listener = vad.listener()
        first = asyncio.create_task(vad.speech(listener, loud(1)))
        await model.is_in()
        with pytest.raises(RuntimeError, match="one call"):
            await vad.speech(listener, loud(2))
        model.go.release()
        assert (await asyncio.wait_for(first, 10)).tolist() == [1]


async def test_a_failed_pass_is_told_to_its_rows_and_the_next_one_works():
    model = Slow()
    model.go.release(9)
    async with Vad(model) as vad:
        bad, good = vad.listener(), vad.listener()
        answers = await asyncio.gather(
            vad.speech(bad, loud(float("nan"))), vad.speech(good, loud(1)), return_exceptions=True
        )
        assert [type(answer) for answer in answers] == [ArithmeticError, ArithmeticError]
        assert (await vad.speech(bad, loud(3))).tolist() == [3]


async def test_a_cancelled_call_leaves_its_listener_usable():
    model = Slow()
    async with Vad(model) as vad:
        listener = vad.listener()
        call = asyncio.create_task(vad.speech(listener, loud(1)))
        await model.is_in()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        model.go.release(2)
        assert (await asyncio.wait_for(vad.speech(listener, loud(2)), 10)).tolist() == [2]


async def test_closing_tells_those_who_wait_and_ends_the_thread():
    model = Slow()
    async with Vad(model) as vad:
        passing = asyncio.create_task(vad.speech(vad.listener(), loud(1)))
        await model.is_in()
        queued = asyncio.create_task(vad.speech(vad.listener(), loud(2)))
        await asyncio.sleep(0)
        model.go.release()
    for call in (passing, queued):
        with pytest.raises(VadClosed):
            await asyncio.wait_for(call, 10)
    with pytest.raises(VadClosed):
        await vad.speech(vad.listener(), loud(1))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("vad")]


@pytest.mark.parametrize("shape", [(FRAME,), (2, 480), (1, 1, FRAME)])
async def test_frames_of_another_shape_are_refused(vad, shape):
    with pytest.raises(ValueError, match="shape"):
        await vad.speech(vad.listener(), np.zeros(shape, np.float32))


async def test_no_frames_are_no_work(vad):
    assert (await vad.speech(vad.listener(), np.zeros((0, FRAME), np.float32))).shape == (0,)
