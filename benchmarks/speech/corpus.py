"""Recordings with references: reads a folder with a `manifest.jsonl`. Builds no streams.

The shipped one is `corpus/dialogue`; any folder in the same format will do.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
import numpy as np
import soundfile
import soxr
from msgspec import Struct
from numpy.typing import NDArray

from benchmarks.speech.normalise import Spoken

SHIPPED = Path(__file__).parents[1] / "corpus" / "dialogue"
RATE = 16_000  # samples a second of everything that is played


class CorpusError(Exception):
    """The corpus cannot be used; the message says what is wrong and where."""


class Entry(Struct, frozen=True):
    """One line of a manifest; fields that are not needed here are left out."""

    id: str
    file: str
    language: str | None = None
    category: str = ""
    text: str | None = None
    words: str | None = None


class Item(Struct, frozen=True):
    """A recording and its reference. `words` may be empty only when nobody speaks."""

    id: str
    path: Path
    words: tuple[Spoken, ...]


class _Word(Struct, frozen=True):
    w: str
    start: float
    end: float
    end_acoustic: float | None = None


class _Words(Struct, frozen=True):
    words: tuple[_Word, ...]


def entries(folder: Path) -> list[Entry]:
    """The lines of the folder's manifest. Raises CorpusError."""
    manifest = folder / "manifest.jsonl"
    try:
        return msgspec.json.Decoder(Entry).decode_lines(manifest.read_bytes())
    except OSError as error:
        raise CorpusError(f"no corpus in {folder}: {error.strerror} ({manifest.name})") from None
    except msgspec.MsgspecError as error:
        raise CorpusError(f"{manifest} is not a manifest: {error}") from None


def select(
    found: Sequence[Entry],
    category: str | None = None,
    language: str | None = None,
    ids: Collection[str] = (),
) -> list[Entry]:
    """Those that match everything given. Raises CorpusError when none does or an id is unknown."""
    if unknown := set(ids) - {entry.id for entry in found}:
        raise CorpusError(f"not in the corpus: {', '.join(sorted(unknown))}")
    chosen = [
        entry
        for entry in found
        if (category is None or entry.category == category)
        and (language is None or entry.language in (language, None))
        and (not ids or entry.id in ids)
    ]
    if not chosen:
        raise CorpusError(f"nothing matches category={category} language={language}")
    return chosen


def referenced(folder: Path, chosen: Sequence[Entry]) -> list[Item]:
    """The recordings that have word times, or are known to hold no speech.

    Raises CorpusError when there is none: latency cannot be told without word times.
    """
    usable = [entry for entry in chosen if entry.words is not None or entry.text == ""]
    if not usable:
        raise CorpusError(
            f"none of the {len(chosen)} recordings chosen from {folder} has word times"
        )
    return [Item(entry.id, folder / entry.file, _words(folder, entry)) for entry in usable]


def read_audio(item: Item) -> NDArray[np.float32]:
    """The recording as mono samples at RATE, shape (n,). Raises CorpusError."""
    try:
        samples, rate = soundfile.read(item.path, dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise CorpusError(f"cannot read {item.path}: {error}") from None
    mono: NDArray[np.float32] = samples.mean(axis=1, dtype=np.float32)
    if rate != RATE:
        mono = soxr.resample(mono, rate, RATE)
    return mono


def _words(folder: Path, entry: Entry) -> tuple[Spoken, ...]:
    if entry.words is None:
        return ()
    path = folder / entry.words
    try:
        read = msgspec.json.decode(path.read_bytes(), type=_Words).words
    except OSError as error:
        raise CorpusError(f"cannot read the words of {entry.id}: {path}: {error}") from None
    except msgspec.MsgspecError as error:
        raise CorpusError(f"{path} holds no words: {error}") from None
    # A speech model counts a pause to the word before it; what one hears ends at end_acoustic.
    ends = ((w, w.end if w.end_acoustic is None else w.end_acoustic) for w in read)
    return tuple(Spoken(w.w, w.start, end) for w, end in sorted(ends, key=lambda p: p[0].start))
