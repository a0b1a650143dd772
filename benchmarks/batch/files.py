"""What is transcribed: long recordings, made of a corpus's utterances or as they lie in a folder.

Writes and names files; transcribes none.
"""

from collections.abc import Sequence
from pathlib import Path

import soundfile
from msgspec import Struct

from benchmarks.speech import corpus, streams
from benchmarks.speech.corpus import RATE, CorpusError
from benchmarks.speech.entry import Entry
from benchmarks.speech.normalise import tokens

WARM = 10.0  # seconds at the beginning of the first file, which every process hears before its time


class Recording(Struct, frozen=True):
    """reference: normalised words. seconds: of the whole file, pauses and all."""

    name: str
    path: Path
    seconds: float
    reference: tuple[str, ...]


def made(
    folder: Path, chosen: Sequence[Entry], into: Path, count: int, seconds: float, seed: int
) -> list[Recording]:
    """`count` files of continuous talk, at most `seconds` long, the same for the same seed.

    Raises CorpusError.
    """
    utterances = streams.load(corpus.referenced(folder, chosen))
    return [
        _written(into / f"talk-{stream.index}.wav", stream)
        for stream in streams.build(utterances, count, seconds, seed)
    ]


def whole(folder: Path, chosen: Sequence[Entry]) -> list[Recording]:
    """The recordings as they are, those with a text. Raises CorpusError."""
    found = [_as_it_is(folder / one.file, one) for one in chosen if one.text]
    if not found:
        raise CorpusError(f"none of the {len(chosen)} recordings chosen from {folder} has a text")
    return found


def warming(first: Recording, into: Path) -> Path:
    """A file with the beginning of a recording. Raises CorpusError."""
    path = into / "warm.wav"
    try:
        with soundfile.SoundFile(first.path) as source:
            audio = source.read(round(WARM * source.samplerate))
            soundfile.write(path, audio, source.samplerate, subtype="PCM_16")
    except (OSError, soundfile.SoundFileError) as error:
        raise CorpusError(f"cannot read {first.path}: {error}") from None
    return path


def _written(path: Path, stream: streams.Stream) -> Recording:
    soundfile.write(path, stream.samples, RATE, subtype="PCM_16")
    reference = tuple(token.text for token in stream.tokens)
    return Recording(path.stem, path, stream.seconds, reference)


def _as_it_is(path: Path, entry: Entry) -> Recording:
    try:
        about = soundfile.info(path)
    except (OSError, soundfile.SoundFileError) as error:
        raise CorpusError(f"cannot read {path}: {error}") from None
    return Recording(entry.id, path, about.duration, tuple(tokens(entry.text or "")))
