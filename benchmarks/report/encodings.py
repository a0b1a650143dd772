"""How charts show what: colours, shapes, dashes, axes, the look of all. Pure; knows no figure."""

from collections.abc import Sequence
from statistics import median
from typing import Any

import altair as alt

from benchmarks.report.colours import INK, LINE, SOFT, colour
from benchmarks.report.kinds import Kind

SHAPES = ("circle", "square", "triangle-up", "diamond")
CROSS = "M-1,-1L1,1M-1,1L1,-1"  # over a run that must not be used
HEADROOM = 1.12  # above the largest value
LARGE = 10.0  # seconds; a server that keeps up stays below
WIDE = 12.0  # times the median from which on a large value would flatten all others
STEPS = (
    0,
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1000,
)  # of the scale that then serves

_TEXT = {
    "labelFontSize": 11,
    "titleFontSize": 11,
    "labelColor": SOFT,
    "titleColor": SOFT,
    "titleFontWeight": "normal",
}
THEME: dict[str, Any] = {
    "background": "transparent",
    "font": "sans-serif",  # which every machine has
    "aria": False,  # the page says what a chart shows; a label on each mark says it too often
    "title": {"color": INK, "fontSize": 13, "fontWeight": "bold", "anchor": "start"},
    "axis": {**_TEXT, "gridColor": LINE, "domainColor": SOFT, "tickColor": SOFT},
    "axisX": {"grid": False, "labelFlush": False},
    "legend": {"labelColor": INK, "labelLimit": 400, "orient": "bottom", "symbolSize": 60},
    "view": {"stroke": None},
    "line": {"strokeWidth": 2},
}


def colours(kinds: Sequence[Kind]) -> alt.Color:
    shades = [colour(number) for number in range(len(kinds))]
    return alt.Color("kind:N", title=None, scale=_by_kind(kinds, shades))


def shapes(kinds: Sequence[Kind]) -> alt.Shape:
    found = [SHAPES[number % len(SHAPES)] for number in range(len(kinds))]
    return alt.Shape("kind:N", title=None, scale=_by_kind(kinds, found))


def dashes(names: tuple[str, str]) -> alt.StrokeDash:
    """The second of the lines is dashed; titles say what it is."""
    scale = alt.Scale(domain=list(names), range=[[1, 0], [5, 3]])
    return alt.StrokeDash("line:N", scale=scale, legend=None)


def streams(levels: Sequence[int]) -> alt.X:
    """Along the bottom, a mark for each number that was run."""
    return alt.X(
        "streams:Q",
        title="streams",
        scale=alt.Scale(zero=False, nice=False, padding=12),
        axis=alt.Axis(values=list(levels), format="d", labelOverlap=True),
    )


def axis(values: Sequence[float], top: float) -> dict[str, Any]:
    """Scale and marks, from 0 to beyond `top`; in growing steps where a few values are far off."""
    low, most = min(values), max((*values, top))
    if low < 0 or max(values) < max(LARGE, WIDE * median(values)):
        domain = [min(low * HEADROOM, 0), most * HEADROOM]
        return {"scale": alt.Scale(domain=domain, nice=False)}
    return _growing(median(values), most)


def _growing(middle: float, top: float) -> dict[str, Any]:
    """Even up to half of `middle`, logarithmic beyond."""
    even = max(middle / 2, STEPS[1])
    steps = [step for step in STEPS if step == 0 or even <= step <= top]
    return {
        "scale": alt.Scale(type="symlog", constant=even, domain=[0, top * HEADROOM]),
        "axis": alt.Axis(values=steps, labelExpr="datum.value", labelOverlap="greedy"),
    }


def _by_kind(kinds: Sequence[Kind], marks: Sequence[str]) -> alt.Scale:
    return alt.Scale(domain=[kind.name for kind in kinds], range=list(marks))
