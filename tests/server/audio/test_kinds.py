import pytest

from server.audio.kinds import HEAD, named
from tests.server.audio.sounds import PLAYLISTS, encoded, file, tone


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"", "an empty file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG picture"),
        (b"PK\x03\x04\x14\0", "a ZIP archive"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"  <!DOCTYPE html>\n<html>", "a web page"),
        (PLAYLISTS["m3u8"], "a playlist"),
        (PLAYLISTS["concat"], "a playlist"),
        (b'{"error": "not found"}', "text"),
        ("Übersicht, ".encode() * 100, "text"),
        (b"\0\1\2\3", "unknown data"),
        (b"\xff\xfe\xfa text", "unknown data"),
        (file(tone(1), 16_000)[:20], "a damaged WAV or AVI file"),
        (file(tone(1), 16_000, "FLAC")[:60], "a damaged FLAC file"),
        (file(tone(1), 16_000, "OGG")[:60], "a damaged Ogg file"),
        (encoded("libopus", "webm", tone(1, 48_000), 48_000), "a damaged WebM or Matroska file"),
        (encoded("aac", "mp4", tone(1), 16_000), "an MP4 file without its index (cut short?)"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",  # an Ogg file is never the same twice
)
def test_kinds_are_told_by_how_they_begin(head, name):
    assert named(head[:HEAD]) == name


@pytest.mark.parametrize("length", range(HEAD - 3, HEAD + 1))
def test_a_character_that_is_cut_is_no_damage(length):
    assert named(("ü" * HEAD).encode()[:length]) == "text"
    assert named(("€" * HEAD).encode()[:length]) == "text"
