"""Charts as Vega-Lite describes them, made with Altair. Pure: renders and writes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import altair as alt
import msgspec
from msgspec import Struct

from benchmarks.report import encodings
from benchmarks.report.colours import ALARM
from benchmarks.report.curves import Curve, Point, curves, medians, points
from benchmarks.report.encodings import axis, colours, dashes, shapes
from benchmarks.report.kinds import Kind, levels, streams
from benchmarks.report.result import Run
from benchmarks.report.spreads import lags, words


class Panel(Struct, frozen=True):
    """One small chart. Those of a group stand side by side under its name."""

    group: str
    title: str
    chart: alt.LayerChart


def panels(kinds: Sequence[Kind], bounds: Mapping[str, float]) -> list[Panel]:
    """Every chart that the results have something for.

    bounds: limits by figure, as "committed.p95"; each is a line in the chart of its figure.
    """
    against = [
        _against(curve, found, kinds, bounds.get(curve.bound))
        for curve in curves()
        if (found := points(curve, kinds))
    ]
    return [*against, *_distributions(kinds), *_courses(kinds)]


def _against(
    curve: Curve, found: Sequence[Point], kinds: Sequence[Kind], bound: float | None
) -> Panel:
    """A figure against the number of streams."""
    title = curve.title if bound is None else f"{curve.title} (limit {bound:g})"
    top = max(curve.least, bound or 0.0)
    along = encodings.streams(levels(kinds))
    up = alt.Y("value:Q", title=curve.unit, **axis([point.value for point in found], top))
    layers = [
        _chart(medians(found)).mark_line().encode(along, up, colours(kinds), dashes(curve.lines)),
        *(layer.encode(along, up, colours(kinds), shapes(kinds)) for layer in _dots(curve, found)),
        _crosses(found).encode(along, up),
    ]
    return Panel(curve.group, title, _layered([*layers, *_limit(bound, up)], title))


def _dots(curve: Curve, found: Sequence[Point]) -> Iterator[alt.Chart]:
    """Every run; hollow on the dashed line."""
    for line in curve.lines:
        own = _chart([point for point in found if point.line == line])
        yield own.mark_point(filled=line == curve.lines[0], opacity=1)


def _crosses(found: Sequence[Point]) -> alt.Chart:
    spoiled: alt.Chart = _chart([point for point in found if not point.valid]).mark_point(
        shape=encodings.CROSS, color=ALARM, size=220, strokeWidth=2, opacity=1
    )
    return spoiled


def _limit(bound: float | None, up: alt.Y) -> list[alt.Chart]:
    if bound is None:
        return []
    chart = _chart([{"value": bound}])
    return [chart.mark_rule(color=ALARM, strokeDash=[6, 3]).encode(up)]


def _distributions(kinds: Sequence[Kind]) -> Iterator[Panel]:
    """How large a share of the words came within so many seconds."""
    for number in levels(kinds):
        if rows := words(kinds, number):
            title = f"{streams(number)}: committed, first shown dashed"
            values = [row["value"] for row in rows]
            chart = _chart(rows).mark_line(strokeWidth=1.5)
            drawn = chart.encode(
                alt.X("value:Q", title="seconds after the word was spoken", **axis(values, 0.0)),
                alt.Y("share:Q", title="words", axis=alt.Axis(format="%")),
                colours(kinds),
                dashes(("committed", "first shown")),
                alt.Order("share:Q"),
            )
            yield Panel("Words by their latency", title, _layered([drawn], title))


def _courses(kinds: Sequence[Kind]) -> Iterator[Panel]:
    """How far behind each stream was, all along a run."""
    for kind in kinds:
        for run in kind.runs:
            if rows := lags(kind, run):
                yield _course(kinds, kind, run, rows)


def _course(
    kinds: Sequence[Kind], kind: Kind, run: Run, rows: Sequence[Mapping[str, Any]]
) -> Panel:
    title = f"{kind.name}, {streams(run.streams)}{'' if run.valid else ', INVALID'}"
    chart = _chart(rows).mark_line(strokeWidth=1, opacity=0.7)
    drawn = chart.encode(
        alt.X("at:Q", title="seconds into the stream"),
        alt.Y("lag:Q", title="seconds behind", **axis([row["lag"] for row in rows], 0.0)),
        colours(kinds),
        alt.Detail("stream:N"),
    )
    return Panel("Lag of each stream", title, _layered([drawn], title))


def _layered(layers: Sequence[alt.Chart], title: str) -> alt.LayerChart:
    return alt.LayerChart(layer=list(layers), title=title)


def _chart(rows: Sequence[object]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=msgspec.to_builtins(rows)))
