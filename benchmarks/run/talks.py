"""What is said in a run: of a corpus, or tones for a server whose model hears those. Pure, seeded,
but for the files that it reads."""

from pathlib import Path

from benchmarks.chaos import spoken
from benchmarks.chaos.model import NAME
from benchmarks.run.settings import Sections
from benchmarks.speech import corpus, streams
from benchmarks.speech.streams import Stream


def talks(
    model: str | None,
    recordings: Path,
    category: str | None,
    count: int,
    seconds: float,
    seed: int,
) -> list[Stream]:
    """So many, the same for the same seed. Raises CorpusError."""
    if model == NAME:
        return [spoken.stream(f"{seed}/{number}", seconds, number) for number in range(count)]
    chosen = corpus.select(corpus.entries(recordings), category, "en", ())
    utterances = streams.load(corpus.referenced(recordings, chosen))
    return streams.build(utterances, count, seconds, seed)


def sections(model: str | None) -> Sections:
    """The settings by which a server has this model; None: its own."""
    if model is None:
        return {}
    return {"model": {"name": model, **({"workers": 1} if model == NAME else {})}}
