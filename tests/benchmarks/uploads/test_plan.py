import pytest

from benchmarks.speech.entry import CorpusError, Entry
from benchmarks.uploads.plan import plan, says

CLEAN = Entry("clean", "clean.flac", "en", "short", "hello there")
OTHER = Entry("other", "other.flac", "en", "short", "good bye")
MP3 = Entry("mp3", "a.mp3", "en", "codec", "hello there", expect="same text as clean")
RAW = Entry("raw", "a.pcm", "en", "codec", "hello there", raw_format="s16le")
BAD = Entry("bad", "bad.wav", None, "badinput", None, expect="error")
GERMAN = Entry("german", "de.flac", "de", "codec", "guten tag")
ALL = [CLEAN, OTHER, MP3, RAW, BAD, GERMAN]


def test_what_was_asked_for_and_the_clean_ones_of_the_same_text():
    found = plan(ALL, ["codec", "badinput"], "short", "en", 1)
    assert found.chosen == (MP3, RAW, BAD)
    assert found.clean == {"mp3": CLEAN}
    assert sorted(entry.id for entry in found.order) == ["bad", "clean", "mp3", "raw"]


def test_without_a_category_all_there_are_each_once():
    found = plan(ALL, [], "short", "en", 1)
    assert sorted(entry.id for entry in found.order) == ["bad", "clean", "mp3", "other", "raw"]


def test_the_same_seed_the_same_order():
    orders = [plan(ALL, [], "short", "en", seed).order for seed in (1, 1, *range(2, 9))]
    assert orders[0] == orders[1]
    assert len(set(orders)) > 2


def test_what_is_not_there():
    with pytest.raises(CorpusError, match="telephone"):
        plan(ALL, ["telephone"], "short", "en", 1)
    with pytest.raises(CorpusError, match="'en'"):
        plan([GERMAN], [], "short", "en", 1)


def test_whose_text_must_come_back():
    assert [entry.id for entry in ALL if says(entry)] == ["clean", "other", "mp3", "german"]
