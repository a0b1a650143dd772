"""The figures of a run, from the logs of its streams. Pure; README.md defines each figure."""

import math
from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec import Struct

from benchmarks.figures.accuracy import Errors, duplicated, errors, lost, words_on_nonspeech
from benchmarks.figures.flicker import Flicker, flicker
from benchmarks.figures.lag import each_second, lags, slope
from benchmarks.figures.latency import Latencies, latencies, segments, transcript
from benchmarks.run.drive import StreamLog
from benchmarks.run.stored import Stored
from benchmarks.speech.normalise import tokens

Value = TypeVar("Value")

LATE = 0.1  # seconds; a client later than this (p99) measured itself, not the server


class Summary(Struct, frozen=True):
    """Percentiles by nearest rank: each is a value that did occur."""

    p50: float
    p95: float
    p99: float
    count: int


class StreamScore(Struct, frozen=True):
    """One stream's figures and raw samples.

    seconds: of the stream, and `speech` of utterances in it. lost_audio: seconds that the server
    acknowledged and did not keep. What was not asked for, or could not be had, is None.
    """

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
    lags: tuple[tuple[float, float], ...] = ()  # (seconds into the stream, lag)
    offline: Errors | None = None
    stored: Errors | None = None
    stored_transcript: str | None = None
    lost_audio: float | None = None
    lost_words: int | None = None
    duplicated: int = 0
    seconds: float = 0.0
    speech: float = 0.0


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
    forced: Summary | None = None
    lagging: Summary | None = None
    unstable: float | None = None
    stored: Errors | None = None
    lost_audio: float | None = None
    lost_words: int | None = None
    duplicated: int = 0
    seconds: float = 0.0  # of the longest stream
    speech: float | None = None  # share of the time
    failed: int = 0  # streams


def summary(samples: Iterable[float]) -> Summary | None:
    """None without samples."""
    ordered = sorted(samples)
    if not ordered:
        return None
    p50, p95, p99 = (ordered[math.ceil(q * len(ordered)) - 1] for q in (0.50, 0.95, 0.99))
    return Summary(p50, p95, p99, len(ordered))


def score(
    log: StreamLog, offline: Sequence[str] | None = None, stored: Stored | None = None
) -> StreamScore:
    """The figures of one stream; `offline` is the normalised full-context transcript."""
    reference = [token.text for token in log.stream.tokens]
    finals = segments(log.seen)
    said = transcript(finals)
    kept = None if stored is None else tokens(stored.text)
    behind = lags(log)
    return StreamScore(
        index=log.stream.index,
        sources=log.stream.sources,
        reference=" ".join(reference),
        transcript=" ".join(said),
        latencies=latencies(log),
        flicker=flicker(one.event for one in log.seen),
        errors=errors(reference, said),
        nonspeech=words_on_nonspeech((one.final for one in finals), log.stream.words),
        lag_slope=slope(behind),
        lags=tuple(each_second(behind)),
        late=tuple(log.lateness),
        held=log.held,
        connected=log.connected,
        failure=log.failure,
        offline_transcript=None if offline is None else " ".join(offline),
        offline=None if offline is None else errors(reference, offline),
        stored=None if kept is None else errors(reference, kept),
        stored_transcript=None if kept is None else " ".join(kept),
        lost_audio=None if stored is None else stored.lost,
        lost_words=None if offline is None else lost(reference, offline, said),
        duplicated=duplicated(said, reference),
        seconds=log.stream.seconds,
        speech=sum(turn.end - turn.start for turn in log.stream.turns),
    )


def figures(scores: Sequence[StreamScore]) -> Figures:
    """All streams of a run, each word and each ending counting the same."""
    timed = [one.latencies for one in scores]
    restless = [one.flicker for one in scores]
    words = sum(one.shown for one in restless)
    seconds = sum(one.seconds for one in scores)
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
        offline=_sum(_known(one.offline for one in scores)),
        erasure=sum(one.retracted for one in restless) / words if words else None,
        taken_back=sum(one.taken_back for one in restless),
        rewritten=sum(one.rewritten for one in restless),
        unfinished=sum(one.unfinished for one in restless),
        nonspeech=sum(one.nonspeech for one in scores),
        lag_slope=max(_known(one.lag_slope for one in scores), default=None),
        held=max((one.held for one in scores), default=0.0),
        forced=summary(value for one in timed for value in one.forced),
        lagging=summary(value for one in timed for value in one.lagging),
        unstable=sum(one.unstable for one in restless) / words if words else None,
        stored=_sum(_known(one.stored for one in scores)),
        lost_audio=max(_known(one.lost_audio for one in scores), default=None),
        lost_words=_total(_known(one.lost_words for one in scores)),
        duplicated=sum(one.duplicated for one in scores),
        seconds=max((one.seconds for one in scores), default=0.0),
        speech=sum(one.speech for one in scores) / seconds if seconds else None,
        failed=sum(one.failure is not None for one in scores),
    )


def faults(found: Figures, scores: Sequence[StreamScore]) -> list[str]:
    """Why the figures must not be used; empty for a valid run."""
    said = [f"stream {one.index}: {one.failure}" for one in scores if one.failure is not None]
    if found.late is not None and found.late.p99 > LATE:
        said.append(f"the client was {found.late.p99 * 1000:.0f} ms late (p99): machine too busy")
    return said


def _sum(found: Sequence[Errors]) -> Errors | None:
    return sum(found, Errors()) if found else None


def _total(found: Sequence[int]) -> int | None:
    return sum(found) if found else None


def _known(values: Iterable[Value | None]) -> list[Value]:
    return [value for value in values if value is not None]
