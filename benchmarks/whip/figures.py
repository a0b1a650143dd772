"""The figures of WHIP, and what they must reach. Pure."""

from collections.abc import Iterator, Sequence
from itertools import chain

from benchmarks.figures.accuracy import Errors
from benchmarks.figures.metrics import LATE, StreamScore, Summary, summary
from benchmarks.report import bootstrap
from benchmarks.report.reach import Figure, percentiles
from benchmarks.targets.captionflow import CaptionFlow
from benchmarks.whip import calls, compare, loss, words
from benchmarks.whip.delay import Growth, growth
from benchmarks.whip.target import Whip

LATER = 150.0  # ms that words may be committed later by WHIP, p50
WORSE = 0.3  # points of word errors that the two ways may differ by
GROWS = 50.0  # ms that the delay may grow by, and be above that without loss
PACKET = 20.0  # ms
CALLS = 25  # that a core has to hold
CORE = 1000.0  # ms of processor time a second

Samples = dict[str, tuple[float, ...]]


def of_both(result: compare.Result) -> tuple[Figure, ...]:
    """The same talk by both ways."""
    socket, whip = (_scores(result, way) for way in (CaptionFlow.name, Whip.name))
    near, far = (summary(_committed(scores)) for scores in (socket, whip))
    one, other = (sum((score.errors for score in scores), Errors()) for scores in (socket, whip))
    differs, open_ = words.difference(socket, whip)
    return (
        Figure("words of each", one.words, ""),
        *_latency("WebSocket", near),
        *_latency("WHIP", far),
        Figure("committed by WHIP later, p50", _less(far, near, "p50"), "ms", LATER),
        Figure("committed by WHIP later, p95", _less(far, near, "p95"), "ms"),
        *_repeats(result),
        *_behind_sound("WebSocket", result, CaptionFlow.name),
        *_behind_sound("WHIP", result, Whip.name),
        Figure("word errors by WebSocket", _percent(one), "%"),
        Figure("word errors by WHIP", _percent(other), "%"),
        Figure("difference", differs, "points", WORSE),
        Figure("of it open, as so many words tell (95 %)", open_, "± points", WORSE),
        *percentiles("to connect by WHIP", _connected(whip), "ms", 1000),
    )


def of_loss(result: loss.Result) -> tuple[Figure, ...]:
    """Each share of loss, against none."""
    none = result.levels[0]
    return tuple(chain.from_iterable(_lossy(level, none) for level in result.levels))


def of_calls(result: calls.Result) -> tuple[Figure, ...]:
    """Each number of publishers, against none."""
    none = result.levels[0]
    return tuple(chain.from_iterable(_level(level, none) for level in result.levels))


def samples_of_both(result: compare.Result) -> Samples:
    return {
        f"{turn.way} {number}": tuple(_committed(turn.scores))
        for number, turn in enumerate(result.turns)
    }


def samples_of_loss(result: loss.Result) -> Samples:
    """Seconds: behind which the server was, at each acknowledgement; until words were committed."""
    found: Samples = {}
    for level in result.levels:
        for number, (marked, score) in enumerate(zip(level.marked, level.spoken, strict=True)):
            name = f"{level.percent:g} % {number}"
            found[f"{name} behind"] = tuple(behind for _, behind in marked.delays)
            found[f"{name} committed"] = tuple(score.latencies.committed)
    return found


def samples_of_calls(result: calls.Result) -> Samples:
    return {f"{level.calls} pings": level.pings for level in result.levels}


def faults_of_calls(result: calls.Result) -> Iterator[str]:
    for level in result.levels:
        name = f"{level.calls} publishers"
        failures = [failure for seen in level.crowds for failure in seen.failures]
        if failures:
            yield f"{name}: {len(failures)} failed, first: {failures[0]}"
        late = summary(late for seen in level.crowds for late in seen.late)
        if late is not None and late.p99 > LATE:
            yield f"{name} were {late.p99 * 1000:.0f} ms late (p99): machine too busy"
    if result.fault:
        yield result.fault


def _scores(result: compare.Result, way: str) -> list[StreamScore]:
    return [score for turn in result.turns if turn.way == way for score in turn.scores]


def _committed(scores: Sequence[StreamScore]) -> Iterator[float]:
    return chain.from_iterable(score.latencies.committed for score in scores)


def _connected(scores: Sequence[StreamScore]) -> Iterator[float]:
    return (score.connected for score in scores if score.connected is not None)


def _latency(way: str, found: Summary | None) -> Iterator[Figure]:
    for which in ("p50", "p95"):
        value = None if found is None else getattr(found, which) * 1000
        yield Figure(f"committed by {way}, {which}", value, "ms")


def _less(one: Summary | None, other: Summary | None, which: str) -> float | None:
    if one is None or other is None:
        return None
    return float(getattr(one, which) - getattr(other, which)) * 1000


def _repeats(result: compare.Result) -> Iterator[Figure]:
    """How far single repeats are apart."""
    ways = (CaptionFlow.name, Whip.name)
    near, far = ([t for t in result.turns if t.way == way] for way in ways)
    pairs = zip(near, far, strict=True)
    middles = [[summary(_committed(turn.scores)) for turn in pair] for pair in pairs]
    apart = [(b.p50 - a.p50) * 1000 for a, b in middles if a is not None and b is not None]
    if len(apart) > 1:
        yield Figure("lowest of the repeats, p50", min(apart), "ms")
        yield Figure("highest of the repeats, p50", max(apart), "ms")
    between = bootstrap.spread([0.0] * len(apart), apart) if len(apart) > 2 else None
    if between is not None:
        yield Figure(
            "of it open, as the repeats tell (95 %)", (between[1] - between[0]) / 2, "± ms"
        )


def _behind_sound(name: str, result: compare.Result, way: str) -> Iterator[Figure]:
    """How late the sound itself is there, whatever the model makes of it then."""
    found = summary(late for turn in result.turns if turn.way == way for late in turn.behind)
    value = None if found is None else found.p50 * 1000
    yield Figure(f"sound acknowledged by {name}, p50", value, "ms")


def _percent(errors: Errors) -> float | None:
    return None if errors.rate is None else errors.rate * 100


def _lossy(level: loss.Lossy, none: loss.Lossy) -> Iterator[Figure]:
    name = f"{level.percent:g} %"
    found = [one.found for one in level.marked if one.found is not None]
    whole = len(found) == len(level.marked)
    yield Figure(f"{name}: packets lost", sum(one.lost for one in level.marked), "")
    yield Figure(f"{name}: of packets", sum(one.sent for one in level.marked), "")
    missing = sum(len(one.missing) for one in found) if whole else None
    yield Figure(f"{name}: others whose sound is missing", missing, "", 0)
    kept = sum(len(one.kept) for one in found) if whole else None
    yield Figure(f"{name}: lost and heard all the same", kept, "", 0)
    cut = max((one.cut * 1000 for one in found), default=None)
    yield Figure(f"{name}: cut off at the end", cut, "ms", PACKET)
    yield from _behind(name, level, none)
    yield from _spoken(name, level, none)


def _behind(name: str, level: loss.Lossy, none: loss.Lossy) -> Iterator[Figure]:
    grown, still = _grown(level), _grown(none)
    worst = max((one.later * 1000 for one in grown), default=None)
    usual = max((one.usual * 1000 for one in grown), default=None)
    yield Figure(f"{name}: the server is behind the sound, p50", usual, "ms")
    yield Figure(f"{name}: more of it in the last third than in the first", worst, "ms", GROWS)
    if level is not none:
        least = min((one.usual * 1000 for one in still), default=None)
        more = None if usual is None or least is None else usual - least
        yield Figure(f"{name}: more of it than without loss", more, "ms", GROWS)


def _grown(level: loss.Lossy) -> list[Growth]:
    found = (growth(one.delays) for one in level.marked)
    return [one for one in found if one is not None]


def _spoken(name: str, level: loss.Lossy, none: loss.Lossy) -> Iterator[Figure]:
    near, far = (summary(_committed(one.spoken)) for one in (none, level))
    errors = sum((one.errors for one in level.spoken), Errors())
    yield Figure(f"{name}: words", errors.words, "")
    yield Figure(f"{name}: word errors", _percent(errors), "%")
    yield Figure(
        f"{name}: words not heard right", sum(s.latencies.missed for s in level.spoken), ""
    )
    yield from _latency(f"WHIP at {name}", far)
    if level is not none:
        yield Figure(
            f"{name}: committed later than without loss, p50", _less(far, near, "p50"), "ms"
        )


def _level(level: calls.Level, none: calls.Level) -> Iterator[Figure]:
    name = f"{level.calls} calls"
    pings = percentiles(f"{name}: answer of the server's loop", level.pings, "ms", 1000)
    if not level.calls:
        yield Figure("no call: the server's own process", level.main, "cores")
        yield from pings
        return
    main = (level.main - none.main) * CORE / level.calls
    process = level.media * CORE / level.calls
    most = CORE / CALLS if level.calls >= CALLS else None
    yield Figure(f"{name}: a call in the process of media", process, "ms a second")
    yield Figure(f"{name}: a call in the server's own process", main, "ms a second")
    yield Figure(f"{name}: a call in both", main + process, "ms a second", most)
    yield Figure(f"{name}: calls that a core holds", CORE / (main + process), "")
    yield Figure(f"{name}: process of media", level.media, "cores")
    yield Figure(f"{name}: memory of the process of media", level.rss, "MiB")
    yield from pings
    behind = max(seen.behind for seen in level.crowds)
    yield Figure(f"{name}: audio not acknowledged, worst", behind, "s")
    yield Figure(
        f"{name}: the publishers' own processes", sum(s.cores for s in level.crowds), "cores"
    )
