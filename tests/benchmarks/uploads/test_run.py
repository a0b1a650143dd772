"""The shipped recording in other clothes, and things that are none, through a real server."""

import json

import pytest
import soundfile
from msgspec.structs import replace

from benchmarks.speech.corpus import SHIPPED
from benchmarks.uploads.figures import faults, figures
from benchmarks.uploads.run import Settings, chosen, measure

TINY = Settings("made", category="codec,badinput", model="tiny.en", together=3)


@pytest.fixture
def source(tmp_path):
    """The first sentences of the shipped recording as they are and with a plainer codec, a file
    without samples, and a text."""
    samples, rate = soundfile.read(SHIPPED / "dialogue.flac", dtype="int16")
    first = samples[: round(7.2 * rate)]
    soundfile.write(tmp_path / "clean.flac", first, rate)
    soundfile.write(tmp_path / "law.wav", first, rate, subtype="ULAW")
    soundfile.write(tmp_path / "none.wav", first[:0], rate)
    (tmp_path / "text.wav").write_text("There is nothing to hear.\n" * 99)
    text = (
        "Good morning everyone, thanks for joining. Shall we start with the office move, and then "
        "go through the budget?"
    )
    lines = [
        {"id": "clean", "file": "clean.flac", "category": "short", "text": text},
        {"id": "law", "file": "law.wav", "category": "codec", "text": text, "expect": "same text"},
        {"id": "none", "file": "none.wav", "category": "badinput", "expect": "error or empty text"},
        {"id": "text", "file": "text.wav", "category": "badinput", "expect": "error"},
    ]
    (tmp_path / "manifest.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return tmp_path


@pytest.mark.slow
async def test_good_and_bad_ones_together(source, folder):
    planned, told = chosen(TINY, source), []
    result = await measure(TINY, source, planned, folder, told.append)
    assert faults(planned, result) == ()
    kinds = {answer.id: answer.kind for answer in result.answers}
    assert kinds == {"clean": "text", "law": "text", "none": "refused", "text": "refused"}
    assert {answer.id for answer in result.alone} == {"none", "text"}
    assert "4 of 4 files answered" in told
    found = {figure.name: figure for figure in figures(planned, result, 3)}
    assert not found["codec: beyond these"].missed
    assert found["codec: word errors"].value < 40
    assert not found["slowest refusal, with nothing else under way"].missed
    assert result.peak > result.rest > 50


@pytest.mark.slow
async def test_a_file_that_is_long(source, folder):
    settings = replace(TINY, corpus="dialogue", category="", long=0.01)
    planned, told = chosen(settings, SHIPPED), []
    result = await measure(settings, SHIPPED, planned, folder, told.append)
    assert faults(planned, result) == () and result.long is not None
    assert result.long.seconds >= 36
    (answer,) = result.answers
    assert len(answer.text.split()) > 50
    assert told[0].endswith("% of the file sent") and told[-1] == "completed, 100%"
    assert {figure.name for figure in figures(planned, result, 3) if figure.missed} == set()
