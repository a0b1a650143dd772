"""A file to its transcript, by the real model right here and by a server."""

import pytest
from captionflow import Final, Word

from benchmarks.speech.corpus import SHIPPED
from inference import types
from server.codecs import UnreadableAudio
from server.commands.transcripts import here, line, seconds_of, there, told
from server.layout import Line
from server.settings import load
from streaming.events import Segment
from tests.server.commands.shared import recording
from tests.server.shared import Running

TINY = load(None, {}, {"model": {"name": "tiny.en"}})


def test_how_long_a_file_says_it_is(tmp_path):
    assert seconds_of(recording(tmp_path / "a.wav", "." * 25)) == 2.5
    assert seconds_of(SHIPPED / "dialogue.flac") == pytest.approx(62.8, abs=0.01)
    (tmp_path / "b.wav").write_text("words")
    assert seconds_of(tmp_path / "b.wav") is None
    assert seconds_of(tmp_path / "c.wav") is None


def test_a_segment_and_a_final_become_the_same_line():
    word = types.Word(" hello", 8_000, 16_000, 0.75)
    segment = Segment(0, 4_000, 20_000, (word,), "en", True, 0.75)
    final = Final(1, 0, 0.25, 1.25, "hello", (Word(" hello", 0.5, 1.0, 0.75),), "en", 0.75, True)
    wanted = Line(0.25, 1.25, "hello", ((" hello", 0.5, 1.0, 0.75),), language="en")
    assert line(segment) == told(final) == wanted


async def test_by_a_server(server: Running, tmp_path):
    file, done = recording(tmp_path / "a.flac", "...######......"), []
    async with there(server.url, "en") as transcriber:
        found = await transcriber(file, done.append)
        with pytest.raises(UnreadableAudio):
            (tmp_path / "b.wav").write_text("words")
            await transcriber(tmp_path / "b.wav", done.append)
    assert [one.text for one in found.lines] == ["w1 w2"]
    assert (found.about.model, found.about.language, found.truncated) == ("base", "en", False)
    assert found.about.duration == 1.5
    assert done == [found.lines[0].end]


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
