"""Charts to SVG and PNG by vl-convert, which has its own fonts and asks nobody. Decides nothing.

The first drawing of a process starts a JavaScript engine, about half a second.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import vl_convert

from benchmarks.report.charts import Panel
from benchmarks.report.encodings import THEME

VEGA_LITE = "6.4"  # of those that vl-convert has, the one that Altair 6 writes
WIDTH, HEIGHT = 360, 240  # pixels of a chart: one fits a phone, three a page
PLOT = (260, 170)  # of a chart in a picture, without its axes
SHARPNESS = 2.0  # pixels of a picture for each of the screen


def svg(panel: Panel) -> str:
    """The chart without a legend, which a page has once for all."""
    size = alt.AutoSizeParams(type="fit", contains="padding")
    chart = panel.chart.properties(width=WIDTH, height=HEIGHT, autosize=size)
    spec = _themed(_described(chart), {"legend": {"disable": True}})
    drawn: str = vl_convert.vegalite_to_svg(spec, VEGA_LITE, allowed_base_urls=[])
    return drawn


def png(panels: Sequence[Panel]) -> bytes:
    """The charts side by side with their legend, on white. Needs one panel at least."""
    width, height = PLOT
    charts = [panel.chart.properties(width=width, height=height) for panel in panels]
    spec = _themed(_described(alt.hconcat(*charts)), {"background": "#ffffff", "padding": 12})
    return vl_convert.vegalite_to_png(spec, VEGA_LITE, scale=SHARPNESS, allowed_base_urls=[])


def _described(chart: alt.LayerChart | alt.HConcatChart) -> dict[str, Any]:
    # Checking each chart against the schema takes as long as drawing it; test_charts does it.
    found: dict[str, Any] = chart.to_dict(validate=False)
    return found


def _themed(spec: dict[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    config = dict(THEME)
    for name, value in more.items():
        config[name] = {**config.get(name, {}), **value} if isinstance(value, dict) else value
    return {**spec, "config": config}
