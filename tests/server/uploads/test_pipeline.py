"""A file through the pipeline: the same however it is cut, whole or not at all, and in a bound."""

import asyncio
import threading
from functools import partial

import pytest
import soundfile
from msgspec.structs import replace

from benchmarks.speech.corpus import SHIPPED
from inference.engine import Engine, running
from inference.models import folder
from inference.scheduler import Scheduler
from inference.settings import ModelSettings
from inference.types import SAMPLE_RATE, Options, text_of
from inference.vad import Silero, Vad
from inference.whisper import Whisper
from server.audio.decoding import UnreadableAudio
from server.uploads.pipeline import threaded, transcribe
from streaming.settings import UPLOAD
from tests.fakes import Parrot, drawn, score

TALK = "...########.......######......#########..........####......"  # 100 ms each
ENGLISH = Options("en")
SHORT = replace(UPLOAD, endpoint=SAMPLE_RATE // 2, in_flight=8)  # each of the four is an utterance


def cut(audio, seconds):
    piece = round(seconds * SAMPLE_RATE)
    return [audio[at : at + piece] for at in range(0, len(audio), piece)]


async def heard(pieces, parrot=None, policy=SHORT, **rest):
    async with running(Engine(parrot or Parrot(), Scheduler(8))) as engine:
        async with asyncio.timeout(20):
            given = (engine.transcribe, score, ENGLISH, policy)
            return await transcribe(threaded(pieces), *given, **rest)


@pytest.mark.parametrize("seconds", [0.02, 0.1, 1.0])
async def test_how_a_file_is_cut_does_not_matter(seconds):
    audio = drawn(TALK * 3)
    whole = await heard([audio])
    assert len(whole.segments) == 12
    assert await heard(cut(audio, seconds)) == whole


@pytest.mark.slow
async def test_the_real_models_hear_the_same_in_pieces_of_20_ms_and_of_10_s():
    settings = ModelSettings(name="tiny.en", workers=1, max_batch=1)
    model = Whisper(folder(settings.name), settings)
    audio, _ = soundfile.read(SHIPPED / "dialogue.flac", 25 * SAMPLE_RATE, dtype="float32")
    found = []
    async with running(Engine(model, Scheduler(1))) as engine, Vad(Silero()) as vad:
        for seconds in (0.02, 10.0):
            listening = partial(vad.speech, vad.listener())
            pieces = threaded(cut(audio, seconds))
            found.append(await transcribe(pieces, engine.transcribe, listening, ENGLISH))
    assert found[0] == found[1]
    text = " ".join(text_of(segment.words) for segment in found[0].segments)
    assert "office move" in text


async def test_duration_and_language_are_told():
    found = await heard([drawn(TALK)])
    assert found.duration == len(TALK) * SAMPLE_RATE // 10
    assert found.language == "en"


async def test_silence_and_nothing_have_no_segments():
    assert (await heard([drawn("." * 50)])).segments == ()
    assert await heard([]) == (await heard([drawn("")]))


async def test_progress_grows_and_reaches_the_end():
    told = []
    found = await heard(cut(drawn(TALK), 0.1), settled=told.append)
    assert told == sorted(told)
    assert told[-1] == found.duration
    assert len(set(told)) > 10


async def test_a_window_that_fails_fails_the_whole():
    parrot = Parrot(fails=lambda window: window.start > SAMPLE_RATE)
    with pytest.raises(RuntimeError, match="told to fail"):
        await heard(cut(drawn(TALK), 0.1), parrot)


async def test_what_the_pieces_raise_is_raised_as_it_is():
    def torn():
        yield drawn(TALK)
        raise UnreadableAudio("torn")

    with pytest.raises(UnreadableAudio, match="torn"):
        await heard(torn())


async def test_no_more_is_decoded_than_the_model_can_follow():
    taken = 0

    def counted():
        nonlocal taken
        for piece in cut(drawn(TALK * 30), 0.1):
            taken += 1
            yield piece

    parrot = Parrot(held=True)
    talking = asyncio.create_task(heard(counted(), parrot))
    await parrot.is_in()
    before = -1
    while before != taken:  # until it takes no more
        before = taken
        await asyncio.sleep(0.05)
    assert taken < len(TALK) * (SHORT.in_flight + 1)
    parrot.release()
    assert len((await talking).segments) == 120
    assert taken == len(TALK) * 30


async def test_items_are_made_in_a_thread_when_they_are_asked_for():
    made = []

    def items():
        for number in range(3):
            made.append(threading.current_thread())
            yield number

    found = threaded(items())
    assert not made
    assert await anext(found) == 0
    assert len(made) == 1
    assert [item async for item in found] == [1, 2]
    assert threading.main_thread() not in made
