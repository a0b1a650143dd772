"""The figures of many viewers, and what they must reach. Pure."""

from array import array
from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from benchmarks.figures.metrics import LATE, summary
from benchmarks.report.reach import Figure, percentiles
from benchmarks.viewers.crowd import Seen, Watched
from benchmarks.viewers.reading import Caption
from benchmarks.viewers.run import Result

DELAY = 200.0  # ms, p95
CORE = 1.0


class Scores(Struct, frozen=True):
    """partials, finals: seconds after the first of all had it, one for each viewer and caption.

    speaker: the same of who speaks, whose own socket is one of all.
    """

    partials: tuple[float, ...]
    finals: tuple[float, ...]
    speaker: tuple[float, ...]
    lost: int
    doubled: int
    cut: int


def score(result: Result) -> Scores:
    own = {heard.caption: heard.at for heard in reversed(result.heard)}
    at = _first(result, own)
    expected = [heard.caption for heard in result.heard if heard.caption.kind == "final"]
    delays: dict[str, list[float]] = {"partial": [], "final": []}
    lost = doubled = cut = 0
    for crowd, viewer in _viewers(result):
        seen = list(_seen(crowd, viewer))
        for caption, when in seen:
            if caption in at:
                delays[caption.kind].append(when - at[caption])
        finals = Counter(caption for caption, _ in seen if caption.kind == "final")
        lost += sum(finals[caption] == 0 for caption in expected)
        doubled += sum(times - 1 for times in finals.values())
        cut += viewer.cut
    speaker = tuple(when - at[caption] for caption, when in own.items())
    return Scores(tuple(delays["partial"]), tuple(delays["final"]), speaker, lost, doubled, cut)


def _first(result: Result, own: dict[Caption, float]) -> dict[Caption, float]:
    """When each caption was first seen by anybody. A fan-out that lets the speaker wait, too, must
    not look quick for that."""
    first = dict(own)
    for crowd, viewer in _viewers(result):
        for caption, when in _seen(crowd, viewer):
            if caption in first:
                first[caption] = min(first[caption], when)
    return first


def figures(result: Result, scores: Scores) -> tuple[Figure, ...]:
    alone, watched = result.alone, result.watched
    viewers = sum(len(crowd.viewers) for crowd in result.crowds)
    both = (*scores.partials, *scores.finals)
    return (
        Figure("viewers", viewers, ""),
        *percentiles("from the first who has it to a viewer", both, "ms", 1000, DELAY),
        *percentiles("captions", scores.partials, "ms", 1000),
        *percentiles("finals", scores.finals, "ms", 1000),
        Figure("latest of all", max(both, default=0.0) * 1000, "ms"),
        *percentiles("from the first who has it to the speaker", scores.speaker, "ms", 1000),
        Figure("finals lost", scores.lost, "", 0),
        Figure("finals doubled", scores.doubled, "", 0),
        Figure("viewers cut off", scores.cut, "", 0),
        Figure("server, one who speaks and all viewers", watched.cores, "cores", CORE),
        Figure("server, the same with nobody who reads along", alone.cores, "cores"),
        Figure("the viewers' part", watched.cores - alone.cores, "cores"),
        Figure("memory of a viewer", (watched.rss - alone.rss) * 1024 / max(viewers, 1), "KiB"),
        Figure("the viewers' own processes", sum(c.cores for c in result.crowds), "cores"),
    )


def faults(result: Result) -> Iterator[str]:
    refused = [viewer.refused for _, viewer in _viewers(result) if viewer.refused]
    if refused:
        yield f"{len(refused)} viewers did not get in, first: {refused[0]}"
    if not any(heard.caption.kind == "final" for heard in result.heard):
        yield "nothing was said"
    for who, late in (
        ("the speaker", summary(result.late)),
        ("a process of viewers", summary(tick for crowd in result.crowds for tick in crowd.late)),
    ):
        if late is not None and late.p99 > LATE:
            yield f"{who} was {late.p99 * 1000:.0f} ms late (p99): machine too busy"


def _viewers(result: Result) -> Iterator[tuple[Seen, Watched]]:
    return ((crowd, viewer) for crowd in result.crowds for viewer in crowd.viewers)


def _seen(crowd: Seen, viewer: Watched) -> Iterator[tuple[Caption, float]]:
    for number, when in zip(array("I", viewer.captions), array("d", viewer.times), strict=True):
        yield crowd.captions[number], when
