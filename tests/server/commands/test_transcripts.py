"""A file to its transcript, by the real model right here and by a server."""

import captionflow
import pytest
from captionflow.batch import SpokenWord
from msgspec.structs import replace

from benchmarks.speech.corpus import SHIPPED
from inference import types
from server.audio.decoding import UnreadableAudio
from server.commands.transcripts import given, here, line, seconds_of, there
from server.results.layout import Line
from server.settings import load
from streaming.events import Segment
from tests.server.commands.shared import recording
from tests.server.shared import Running

TINY = load(None, {}, {"model": {"name": "tiny.en"}})


async def test_how_long_a_file_says_it_is(tmp_path):
    assert await seconds_of(recording(tmp_path / "a.wav", "." * 25)) == 2.5
    assert await seconds_of(SHIPPED / "dialogue.flac") == pytest.approx(62.8, abs=0.01)
    (tmp_path / "b.wav").write_text("words")
    assert await seconds_of(tmp_path / "b.wav") is None
    assert await seconds_of(tmp_path / "c.wav") is None


def test_a_segment_of_ours_and_one_of_a_servers_become_the_same_line():
    word = types.Word(" hello", 8_000, 16_000, 0.75)
    segment = Segment(0, 4_000, 20_000, (word,), "en", True, 0.75)
    theirs = SpokenWord("hello", 0.5, 1.0, 0.75)
    told = captionflow.Segment(0.25, 1.25, "hello", (theirs,), language="en")
    wanted = Line(0.25, 1.25, "hello", (("hello", 0.5, 1.0, 0.75),), language="en")
    assert given(told) == wanted
    assert line(segment) == replace(wanted, words=((" hello", 0.5, 1.0, 0.75),))


@pytest.mark.parametrize(
    ("text", "words", "spaced"),
    [
        ("Hello, new world.", ("Hello,", "new", "world."), ("Hello,", " new", " world.")),
        ("今日は", ("今日", "は"), ("今日", "は")),
        ("corrected", ("as", "said"), (" as", " said")),
    ],
)
def test_words_of_a_server_get_their_spaces_back(text, words, spaced):
    spoken = tuple(SpokenWord(word, 0.0, 1.0) for word in words)
    found = given(captionflow.Segment(0.0, 1.0, text, spoken)).words
    assert tuple(word[0] for word in found) == spaced


async def test_by_a_server(server: Running, tmp_path):
    file, done = recording(tmp_path / "a.flac", "...######......"), []

    def tell(seconds, stage="", /):
        done.append((seconds, stage))

    async with there(server.url, "en", None) as transcriber:
        found = await transcriber(file, tell)
        with pytest.raises(UnreadableAudio):
            (tmp_path / "b.wav").write_text("words")
            await transcriber(tmp_path / "b.wav", tell)
    assert [one.text for one in found.lines] == ["w1 w2"]
    assert (found.about.model, found.about.language, found.truncated) == ("base", "en", False)
    assert found.about.duration == 1.5
    assert done[0] == (0.0, "sending 100 %")
    stages = [stage for _, stage in done]
    assert "completed" in stages and stages.count("sending 100 %") == 2
    assert (1.5, "completed") in done


@pytest.mark.slow
async def test_right_here(tmp_path):
    done = []
    async with here(TINY, None) as transcriber:
        found = await transcriber(SHIPPED / "dialogue.flac", done.append)
        with pytest.raises(UnreadableAudio):
            (tmp_path / "b.wav").write_text("words")
            await transcriber(tmp_path / "b.wav", done.append)
    assert len(found.lines) > 5
    assert any("office move" in one.text for one in found.lines)
    assert (found.about.session, found.about.model) == ("dialogue", "tiny.en")
    assert found.about.duration == pytest.approx(62.8, abs=0.01)
    assert done == sorted(done) and done[-1] == found.about.duration
