"""Raw samples, thinned to what a small chart can show. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from benchmarks.report.kinds import Kind
from benchmarks.report.result import Run

STEPS = 100  # of a distribution: one for each percentile
LAST = 0.995  # share of the words that the chart of a distribution reaches to
MOMENTS = 150  # of a lag over time; of those in between the worst is kept


def words(kinds: Sequence[Kind], streams: int) -> list[dict[str, Any]]:
    """Share of the words that came within so many seconds; all runs of a kind together."""
    return [row for kind in kinds for row in _distributions(kind, kind.at(streams))]


def lags(kind: Kind, run: Run) -> list[dict[str, Any]]:
    """Lag over time of each stream; empty where the run did not keep it."""
    rows: list[dict[str, Any]] = []
    for score in run.scores:
        for at, lag in _worst(score.lags):
            rows.append({"kind": kind.name, "stream": score.index, "at": at, "lag": lag})
    return rows


def _distributions(kind: Kind, runs: Sequence[Run]) -> Iterator[dict[str, Any]]:
    timed = [score.latencies for run in runs for score in run.scores]
    for line, found in (
        ("committed", [value for one in timed for value in one.committed]),
        ("first shown", [value for one in timed for value in one.shown]),
    ):
        if found:
            shares = np.linspace(0, LAST, STEPS)
            values = np.quantile(found, shares, method="inverted_cdf")
            for share, value in zip(shares, values, strict=True):
                yield _row(kind.name, line, float(share), float(value))


def _row(kind: str, line: str, share: float, value: float) -> dict[str, Any]:
    return {"kind": kind, "line": line, "share": round(share, 4), "value": round(value, 4)}


def _worst(samples: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    step = -(-len(samples) // MOMENTS) or 1
    for first in range(0, len(samples), step):
        yield max(samples[first : first + step], key=lambda sample: sample[1])
