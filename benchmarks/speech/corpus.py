"""Recordings with references, from a folder of any layout we know. Builds no streams.

The shipped one is `corpus/dialogue`. What a folder is shows in what lies in it: a
`manifest.jsonl`, LibriSpeech's `*.trans.txt`, or recordings with a text beside each.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
import numpy as np
import soundfile
import soxr
from msgspec import Struct
from numpy.typing import NDArray

from benchmarks.speech import librispeech, manifest, pairs
from benchmarks.speech.entry import CorpusError, Entry
from benchmarks.speech.normalise import Spoken

__all__ = ["CorpusError", "Entry"]  # for those who use a corpus, whatever its layout

SHIPPED = Path(__file__).parents[1] / "corpus" / "dialogue"
RATE = 16_000  # samples a second of everything that is played
LAYOUTS = (
    (manifest.is_here, manifest.entries),
    (librispeech.is_here, librispeech.entries),
    (pairs.is_here, pairs.entries),
)


class Item(Struct, frozen=True):
    """A recording and its reference; `words` is empty where their times are not known.

    Both are empty only when nobody speaks.
    """

    id: str
    path: Path
    words: tuple[Spoken, ...]
    text: str = ""

    @property
    def timed(self) -> bool:
        return bool(self.words) or not self.text


class _Word(Struct, frozen=True):
    w: str
    start: float
    end: float
    end_acoustic: float | None = None


class _Words(Struct, frozen=True):
    words: tuple[_Word, ...]


def entries(folder: Path) -> list[Entry]:
    """What is in the folder. Raises CorpusError."""
    if not folder.is_dir():
        raise CorpusError(f"no corpus in {folder}: there is no such folder")
    for is_here, found in LAYOUTS:
        if is_here(folder):
            return found(folder)
    raise CorpusError(
        f"no corpus in {folder}: neither {manifest.NAME}, nor {librispeech.PATTERN}, "
        "nor .wav or .flac with .txt"
    )


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

    When none has word times, those that have a text. Raises CorpusError when none has either:
    nothing could be said of what a server makes of them.
    """
    usable = [entry for entry in chosen if entry.words is not None or entry.text == ""]
    if not any(entry.words for entry in usable):
        usable = [entry for entry in chosen if entry.text is not None]
    if not usable:
        raise CorpusError(
            f"none of the {len(chosen)} recordings chosen from {folder} has a reference"
        )
    return [
        Item(entry.id, folder / entry.file, _words(folder, entry), entry.text or "")
        for entry in usable
    ]


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
