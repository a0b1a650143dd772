"""The figures of a run, from the logs of its streams. Pure; README.md defines each figure."""

import math
from collections.abc import Iterable, Sequence

from msgspec import Struct

from benchmarks.figures.accuracy import Errors, errors, words_on_nonspeech
from benchmarks.figures.flicker import Flicker, flicker
from benchmarks.figures.lag import lags, slope
from benchmarks.figures.latency import Latencies, latencies, segments, transcript
from benchmarks.run.drive import StreamLog

LATE = 0.1  # seconds; a client later than this (p99) measured itself, not the server


class Summary(Struct, frozen=True):
    """Percentiles by nearest rank: each is a value that did occur."""

    p50: float
    p95: float
    p99: float
    count: int


class StreamScore(Struct, frozen=True):
    """One stream's figures and raw samples."""

    index: int
    sources: tuple[str, ...]
    reference: str
    transcript: str
    latencies: Latencies
    flicker: Flicker
    errors: Errors
    nonspeech: int
    lag_slope: float | None
    late: tuple[float, ...]
    held: float
    connected: float | None
    failure: str | None
    offline_transcript: str | None = None
    offline: Errors | None = None


class Figures(Struct, frozen=True):
    """All streams of a run together. Seconds, but for what is a count or a rate."""

    shown: Summary | None
    committed: Summary | None
    first_word: Summary | None
    last_final: Summary | None
    endings: Summary | None
    connected: Summary | None
    late: Summary | None
    reference_words: int
    missed: int
    errors: Errors
    offline: Errors | None
    erasure: float | None
    taken_back: int
    rewritten: int
    unfinished: int
    nonspeech: int
    lag_slope: float | None  # of the stream that is worst off
    held: float  # of the stream that was held up longest


def summary(samples: Iterable[float]) -> Summary | None:
    """None without samples."""
    ordered = sorted(samples)
    if not ordered:
        return None
    p50, p95, p99 = (ordered[math.ceil(q * len(ordered)) - 1] for q in (0.50, 0.95, 0.99))
    return Summary(p50, p95, p99, len(ordered))


def score(log: StreamLog, offline: Sequence[str] | None = None) -> StreamScore:
    """The figures of one stream; `offline` is the normalised full-context transcript."""
    reference = [token.text for token in log.stream.tokens]
    finals = segments(log.seen)
    said = transcript(finals)
    return StreamScore(
        index=log.stream.index,
        sources=log.stream.sources,
        reference=" ".join(reference),
        transcript=" ".join(said),
        latencies=latencies(log),
        flicker=flicker(one.event for one in log.seen),
        errors=errors(reference, said),
        nonspeech=words_on_nonspeech((one.final for one in finals), log.stream.words),
        lag_slope=slope(lags(log)),
        late=tuple(log.lateness),
        held=log.held,
        connected=log.connected,
        failure=log.failure,
        offline_transcript=None if offline is None else " ".join(offline),
        offline=None if offline is None else errors(reference, offline),
    )


def figures(scores: Sequence[StreamScore]) -> Figures:
    """All streams of a run, each word and each ending counting the same."""
    timed = [one.latencies for one in scores]
    restless = [one.flicker for one in scores]
    words = sum(one.shown for one in restless)
    offline = [one.offline for one in scores if one.offline is not None]
    return Figures(
        shown=summary(value for one in timed for value in one.shown),
        committed=summary(value for one in timed for value in one.committed),
        first_word=summary(_known(one.first_word for one in timed)),
        last_final=summary(_known(one.last_final for one in timed)),
        endings=summary(value for one in timed for value in one.endings),
        connected=summary(_known(one.connected for one in scores)),
        late=summary(value for one in scores for value in one.late),
        reference_words=sum(one.errors.words for one in scores),
        missed=sum(one.missed for one in timed),
        errors=sum((one.errors for one in scores), Errors()),
        offline=sum(offline, Errors()) if offline else None,
        erasure=sum(one.retracted for one in restless) / words if words else None,
        taken_back=sum(one.taken_back for one in restless),
        rewritten=sum(one.rewritten for one in restless),
        unfinished=sum(one.unfinished for one in restless),
        nonspeech=sum(one.nonspeech for one in scores),
        lag_slope=max(_known(one.lag_slope for one in scores), default=None),
        held=max((one.held for one in scores), default=0.0),
    )


def faults(found: Figures, scores: Sequence[StreamScore]) -> list[str]:
    """Why the figures must not be used; empty for a valid run."""
    said = [f"stream {one.index}: {one.failure}" for one in scores if one.failure is not None]
    if found.late is not None and found.late.p99 > LATE:
        said.append(f"the client was {found.late.p99 * 1000:.0f} ms late (p99): machine too busy")
    return said


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]
