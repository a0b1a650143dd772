"""A folder of recordings with a text beside each: `a.wav` or `a.flac`, and `a.txt`.

At any depth. Reads no audio; there are no word times.
"""

from pathlib import Path

from benchmarks.speech.entry import CorpusError, Entry

SUFFIXES = (".wav", ".flac")


def is_here(folder: Path) -> bool:
    """Whether there is any recording; with no text at all, `entries` says so."""
    return any(True for suffix in SUFFIXES for _ in folder.rglob(f"*{suffix}"))


def entries(folder: Path) -> list[Entry]:
    """All recordings that have a text, in the order of their names. Raises CorpusError.

    An empty text says that nobody speaks.
    """
    files = sorted(path for suffix in SUFFIXES for path in folder.rglob(f"*{suffix}"))
    found = [_entry(folder, path) for path in files if path.with_suffix(".txt").is_file()]
    if not found:
        raise CorpusError(f"none of the {len(files)} recordings in {folder} has a .txt beside it")
    return found


def _entry(folder: Path, path: Path) -> Entry:
    beside = path.with_suffix(".txt")
    try:
        text = " ".join(beside.read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"cannot read {beside}: {error}") from None
    name = path.relative_to(folder)
    return Entry(name.with_suffix("").as_posix(), name.as_posix(), text=text)
