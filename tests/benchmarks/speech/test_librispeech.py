"""Chapters with their recordings and one text."""

import pytest

from benchmarks.speech import librispeech
from benchmarks.speech.entry import CorpusError, Entry


@pytest.fixture
def chapter(tmp_path):
    folder = tmp_path / "dev-clean" / "84" / "121"
    folder.mkdir(parents=True)
    for number in range(2):
        (folder / f"84-121-000{number}.flac").touch()
    (folder / "84-121.trans.txt").write_text("84-121-0000 GO ON\n84-121-0001 DO YOU HEAR\n")
    return folder


def test_chapters_are_found_at_any_depth(tmp_path, chapter):
    assert librispeech.is_here(tmp_path)
    assert librispeech.entries(tmp_path) == [
        Entry("84-121-0000", "dev-clean/84/121/84-121-0000.flac", "en", text="GO ON"),
        Entry("84-121-0001", "dev-clean/84/121/84-121-0001.flac", "en", text="DO YOU HEAR"),
    ]
    assert librispeech.entries(chapter)[0].file == "84-121-0000.flac"


@pytest.mark.parametrize("line", ["84-121-0002 MISSING", "84-121-0001"])
def test_a_line_without_recording_or_text(chapter, line):
    with (chapter / "84-121.trans.txt").open("a") as file:
        file.write(f"\n{line}\n")
    with pytest.raises(CorpusError, match=r"84-121\.trans\.txt:4: .*'84-121-000"):
        librispeech.entries(chapter)


def test_a_text_in_another_encoding(chapter):
    (chapter / "84-121.trans.txt").write_bytes(b"84-121-0000 \xff\xfe\n")
    with pytest.raises(CorpusError, match="cannot read"):
        librispeech.entries(chapter)


def test_a_folder_of_something_else(tmp_path):
    assert not librispeech.is_here(tmp_path)
