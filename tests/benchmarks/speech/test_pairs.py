"""Recordings with a text beside each."""

import pytest

from benchmarks.speech import pairs
from benchmarks.speech.entry import CorpusError, Entry


def test_pairs_are_found_at_any_depth(tmp_path):
    (tmp_path / "b").mkdir()
    for name, text in (("a.wav", "Good\n morning.\n"), ("b/c.flac", ""), ("d.wav", None)):
        path = tmp_path / name
        path.touch()
        if text is not None:
            path.with_suffix(".txt").write_text(text)
    assert pairs.is_here(tmp_path)
    assert pairs.entries(tmp_path) == [
        Entry("a", "a.wav", text="Good morning."),
        Entry("b/c", "b/c.flac", text=""),
    ]


def test_recordings_without_any_text(tmp_path):
    (tmp_path / "a.wav").touch()
    with pytest.raises(CorpusError, match=r"none of the 1 recordings in .* has a \.txt"):
        pairs.entries(tmp_path)


def test_a_text_in_another_encoding(tmp_path):
    (tmp_path / "a.wav").touch()
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(CorpusError, match=r"cannot read .*a\.txt"):
        pairs.entries(tmp_path)


def test_a_folder_without_recordings(tmp_path):
    (tmp_path / "a.txt").touch()
    assert not pairs.is_here(tmp_path)
