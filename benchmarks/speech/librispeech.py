"""A folder as LibriSpeech is laid out, at any depth. Reads no audio.

Beside the recordings of a chapter lies `SPEAKER-CHAPTER.trans.txt`, with a line for each:
its name and what is said in it. There are no word times.
"""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.speech.entry import CorpusError, Entry

PATTERN = "*.trans.txt"


def is_here(folder: Path) -> bool:
    return next(folder.rglob(PATTERN), None) is not None


def entries(folder: Path) -> list[Entry]:
    """All recordings below `folder`, in the order of their names. Raises CorpusError."""
    return [entry for path in sorted(folder.rglob(PATTERN)) for entry in _chapter(folder, path)]


def _chapter(folder: Path, path: Path) -> Iterator[Entry]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"cannot read {path}: {error}") from None
    for number, line in enumerate(lines, 1):
        name, _, text = line.strip().partition(" ")
        if not name:
            continue
        file = path.with_name(f"{name}.flac")
        if not text or not file.is_file():
            raise CorpusError(f"{path}:{number}: no text or no recording for {name!r}")
        yield Entry(name, file.relative_to(folder).as_posix(), language="en", text=text)
