"""A folder with a manifest."""

import pytest

from benchmarks.speech import manifest
from benchmarks.speech.entry import CorpusError, Entry


def test_fields_that_are_not_needed_are_left_out(tmp_path):
    line = '{"id": "a", "file": "a.flac", "text": "Hi.", "seconds": 3.5, "speaker": "x"}\n'
    (tmp_path / "manifest.jsonl").write_text(line)
    assert manifest.is_here(tmp_path)
    assert manifest.entries(tmp_path) == [Entry("a", "a.flac", text="Hi.")]


def test_a_broken_manifest(tmp_path):
    (tmp_path / "manifest.jsonl").write_text('{"id": 3}\n')
    with pytest.raises(CorpusError, match="not a manifest"):
        manifest.entries(tmp_path)


def test_no_manifest(tmp_path):
    assert not manifest.is_here(tmp_path)
    with pytest.raises(CorpusError, match=r"cannot read .*manifest\.jsonl"):
        manifest.entries(tmp_path)
