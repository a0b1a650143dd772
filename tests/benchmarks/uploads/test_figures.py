from pathlib import Path

import pytest

from benchmarks.speech.entry import Entry
from benchmarks.uploads.expected import Answer
from benchmarks.uploads.figures import faults, figures
from benchmarks.uploads.long import Long
from benchmarks.uploads.plan import plan
from benchmarks.uploads.run import Result

TEXT = "there is an old oak beside the red brick house"
CLEAN = Entry("clean", "clean.flac", "en", "short", TEXT)
MP3 = Entry("mp3", "a.mp3", "en", "codec", TEXT, expect="same text as clean")
RAW = Entry("raw", "a.pcm", "en", "codec", TEXT, raw_format="s16le")
BAD = Entry("bad", "bad.wav", None, "badinput", None, expect="error")
PLAN = plan([CLEAN, MP3, RAW, BAD], ["codec", "badinput"], "short", "en", 1)
GOOD = {
    "clean": Answer("clean", "text", 1.0, TEXT),
    "mp3": Answer("mp3", "text", 1.0, TEXT),
    "raw": Answer("raw", "refused", 1.0, "", "unreadable_audio", "?"),
    "bad": Answer("bad", "refused", 1.0, "", "unreadable_audio", "?"),
}
ALONE = (GOOD["bad"], GOOD["raw"])


def result(answers=None, alone=ALONE, rest=500.0, peak=600.0):
    found = {**GOOD, **(answers or {})}
    return Result(tuple(found[entry.id] for entry in PLAN.order), alone, rest, peak, ())


def values(found):
    return {figure.name: figure.value for figure in figures(PLAN, found, 2)}


def missed(found):
    return [figure.name for figure in figures(PLAN, found, 2) if figure.missed]


def test_all_as_it_should_be():
    assert missed(result()) == [] and faults(PLAN, result()) == ()
    found = values(result())
    assert found["codec: files"] == 2 and found["badinput: files"] == 1
    assert found["codec: word errors"] == found["codec: beyond these"] == 0
    assert found["more of it at the peak"] == 100
    assert "badinput: word errors" not in found


def test_word_errors_are_held_against_those_of_the_clean_recording():
    worse = Answer("mp3", "text", 1.0, TEXT.replace("house", "mouse"))
    found = result({"mp3": worse})
    assert values(found)["codec: word errors"] == pytest.approx(10)
    assert missed(found) == ["codec: beyond these"]
    both = result({"mp3": worse, "clean": Answer("clean", "text", 1.0, worse.text)})
    assert values(both)["codec: beyond these"] == 0 and missed(both) == []
    nothing = result({"mp3": Answer("mp3", "empty", 1.0)})
    assert values(nothing)["codec: word errors"] == 100
    assert faults(PLAN, nothing) == ("mp3 is empty, not text",)


def test_what_else_is_missed():
    lost = Answer("mp3", "lost", 900.0, "", "timeout", "no answer in 900 s")
    assert missed(result({"mp3": lost}))[0] == "codec: answered otherwise than they may be"
    assert faults(PLAN, result({"mp3": lost})) == (
        "mp3 is lost, not text: timeout, no answer in 900 s",
    )
    slow = Answer("bad", "refused", 6.0, "", "unreadable_audio", "?")
    assert missed(result(alone=(slow,))) == ["slowest refusal, with nothing else under way"]
    assert missed(result(peak=1101.0)) == ["more of it at the peak"]
    heard = Answer("bad", "text", 1.0, "no")
    assert faults(PLAN, result(alone=(heard,))) == ("alone, bad is text, not refused",)


def test_a_file_of_hours():
    long = Long(Path("long.flac"), Path("part.flac"), 7200.0, tuple(TEXT.split()) * 2)
    answer = Answer("long", "text", 720.0, f"{TEXT} {TEXT}")
    found = Result((answer,), (), 500.0, 1100.0, (), long, 900.0)
    said = values(found)
    assert said["that is"] == 10 and said["length of the file"] == 2
    assert said["more of it at the peak, for ten minutes"] == 400
    assert said["more of it at the peak, for the file"] == 600
    assert said["so its length costs"] == 200
    assert said["word errors"] == 0 and missed(found) == [] and faults(PLAN, found) == ()
    lost = Answer("long", "lost", 9.0, "", "unreachable", "gone")
    broken = Result((lost,), (), 500.0, 1300.0, ("the server ended",), long, 900.0)
    assert faults(PLAN, broken) == ("the long file is lost: unreachable", "the server ended")
    assert missed(broken) == ["so its length costs"]
