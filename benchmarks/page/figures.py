"""The figures of the page, and what they must reach. Pure."""

from collections.abc import Iterator, Sequence
from itertools import chain

from benchmarks.figures.accuracy import Errors
from benchmarks.figures.metrics import StreamScore, Summary, summary
from benchmarks.page import cut, latency, load
from benchmarks.report.reach import Figure, percentiles

STREAMING = 1.0  # seconds from a navigation to the first sound, p95
ADDED = 100.0  # ms that the page may add, p95

Samples = dict[str, tuple[float, ...]]


def of_load(result: load.Result) -> tuple[Figure, ...]:
    loaded = result.loaded
    ready = (one.ready for one in loaded)
    granted = (one.granted - one.ready for one in loaded)
    sent = (one.streaming - one.granted for one in loaded)
    whole = (one.streaming for one in loaded)
    return (
        Figure("visits", len(loaded), ""),
        *percentiles("until its scripts have run", ready, "ms", 1000),
        *percentiles("then until it has the microphone", granted, "ms", 1000),
        *percentiles("then until the first sound is sent", sent, "ms", 1000),
        *percentiles("all of it", whole, "s", p95=STREAMING),
    )


def samples_of_load(result: load.Result) -> Samples:
    return {"streaming": tuple(one.streaming for one in result.loaded)}


def of_latency(result: latency.Result) -> tuple[Figure, ...]:
    visited = result.visited
    raw = _committed(result.raw)
    told, shown = (_committed([getattr(one, of) for one in visited]) for of in ("told", "shown"))
    sending = [value for one in visited for value in one.sending]
    showing = [value for one in visited for value in one.showing]
    return (
        *_both("committed by the raw client", raw),
        *_both("committed in the page's socket", told),
        *_both("committed on the page's screen", shown),
        Figure("added by the page, p50", _less(shown, raw, "p50"), "ms"),
        Figure("added by the page, p95", _less(shown, raw, "p95"), "ms", ADDED),
        Figure("shown by the raw client, p95", _first(result.raw), "ms"),
        Figure("shown on the page's screen, p95", _first([one.shown for one in visited]), "ms"),
        *percentiles("of it: from the microphone to the socket", sending, "ms", 1000),
        *percentiles("of it: from the socket to the screen", showing, "ms", 1000),
        *_words("the raw client", result.raw),
        *_words("the page", [one.told for one in visited]),
    )


def samples_of_latency(result: latency.Result) -> Samples:
    return {
        "raw": tuple(chain.from_iterable(one.latencies.committed for one in result.raw)),
        "told": tuple(chain.from_iterable(one.told.latencies.committed for one in result.visited)),
        "shown": tuple(
            chain.from_iterable(one.shown.latencies.committed for one in result.visited)
        ),
        "sending": tuple(chain.from_iterable(one.sending for one in result.visited)),
        "showing": tuple(chain.from_iterable(one.showing for one in result.visited)),
    }


def of_cuts(result: cut.Result, asked: int) -> tuple[Figure, ...]:
    """asked: visits."""
    verdicts = result.verdicts
    return (
        Figure("visits asked for and not done", asked - len(verdicts), "", 0),
        *chain.from_iterable(_cut(one) for one in verdicts),
        Figure(
            "committed words that moved, all visits", sum(len(v.moved) for v in verdicts), "", 0
        ),
    )


def samples_of_cuts(result: cut.Result) -> Samples:
    return {"back": tuple(one.back for one in result.verdicts if one.back is not None)}


def faults_of_cuts(result: cut.Result) -> Iterator[str]:
    yield from result.faults
    for one in result.verdicts:
        if one.lost or one.more:
            yield f"{_name(one)}: lost {one.lost}, read and not said {one.more}"
        if one.differs:
            yield f"{_name(one)}: read {list(one.read)}, stored {' '.join(one.kept)}"
        if one.spoiled:
            yield f"{_name(one)}: {one.spoiled} words were spoiled in the browser: machine too busy"


def _committed(scores: Sequence[StreamScore]) -> Summary | None:
    return summary(chain.from_iterable(one.latencies.committed for one in scores))


def _first(scores: Sequence[StreamScore]) -> float | None:
    found = summary(chain.from_iterable(one.latencies.shown for one in scores))
    return None if found is None else found.p95 * 1000


def _both(name: str, found: Summary | None) -> Iterator[Figure]:
    for which in ("p50", "p95"):
        value = None if found is None else getattr(found, which) * 1000
        yield Figure(f"{name}, {which}", value, "ms")


def _less(one: Summary | None, other: Summary | None, which: str) -> float | None:
    if one is None or other is None:
        return None
    return float(getattr(one, which) - getattr(other, which)) * 1000


def _words(name: str, scores: Sequence[StreamScore]) -> Iterator[Figure]:
    errors = sum((one.errors for one in scores), Errors())
    rate = errors.rate
    yield Figure(f"words by {name}", errors.words, "")
    yield Figure(f"word errors by {name}", None if rate is None else rate * 100, "%")


def _cut(one: cut.Verdict) -> Iterator[Figure]:
    name = _name(one)
    yield Figure(f"{name}: utterances", len(one.said), "")
    yield Figure(f"{name}: lost", len(one.lost), "", 0)
    yield Figure(f"{name}: doubled or changed", len(one.more), "", 0)
    yield Figure(f"{name}: stored otherwise than read", float(one.differs), "", 0)
    yield Figure(f"{name}: sound recorded otherwise than sent", one.unsaved * 1000, "ms", 0)
    if one.way is not None:
        yield Figure(f"{name}: until the server is heard again", one.back, "s")


def _name(one: cut.Verdict) -> str:
    return "uncut" if one.way is None else f"{one.way}, {one.seconds:g} s"
