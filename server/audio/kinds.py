"""What a file is that is no audio, in words for the person who sent it.

Says nothing about audio: whether there is any, only the decoder knows.
"""

STARTS = (
    (0, b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"GIF8", "a GIF picture"),
    (8, b"WEBP", "a WebP picture"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (0, b"RIFF", "a damaged WAV or AVI file"),
    (0, b"fLaC", "a damaged FLAC file"),
    (0, b"OggS", "a damaged Ogg file"),
    (0, b"\x1aE\xdf\xa3", "a damaged WebM or Matroska file"),
    (4, b"ftyp", "an MP4 file without its index (cut short?)"),
)
LINES = (
    (b"#extm3u", "a playlist"),
    (b"[playlist]", "a playlist"),
    (b"ffconcat", "a playlist"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "XML text"),
    (b"<mpd", "a playlist"),
)
HEAD = 512  # bytes that are looked at
PRINTABLE = bytes([*b"\t\n\r\f\x1b", *range(0x20, 0x7F), *range(0x80, 0x100)])


def named(head: bytes) -> str:
    """The kind of a file by its first HEAD bytes, or fewer if it has no more."""
    if not head:
        return "an empty file"
    for at, start, name in STARTS:
        if head[at:].startswith(start):
            return name
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for start, name in LINES:
        if text.startswith(start):
            return name
    return "text" if _is_text(head) else "unknown data"


def _is_text(head: bytes) -> bool:
    if head.translate(None, PRINTABLE):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4  # the last character may be cut
    return True
