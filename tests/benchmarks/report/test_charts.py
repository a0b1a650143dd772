"""Charts of made results, checked against the schema of Vega-Lite by Altair."""

from collections import Counter

import pytest
from msgspec.structs import replace

from benchmarks.report.charts import panels
from benchmarks.report.kinds import kinds
from tests.benchmarks import made

BOUNDS = {"committed.p95": 4.0, "endings.p95": 2.5}


@pytest.fixture
def drawn():
    peer = made.result((1, 2), settings={"target": "peer"}, faults=("stream 1: lost",))
    return panels(kinds([made.result((1, 2, 4)), peer]), BOUNDS)


def layers(panel):
    return panel.chart.to_dict()["layer"]


def rows(panel, layer):
    spec = panel.chart.to_dict()
    data = spec["layer"][layer].get("data", spec.get("data"))  # one layer leaves it to the whole
    return data["values"] if "values" in data else spec["datasets"][data["name"]]


def test_charts_of_all_groups(drawn):
    assert Counter(panel.group for panel in drawn) == {
        "Word first shown": 3,
        "Word committed": 3,
        "End of speech to final": 3,
        "Accuracy": 1,
        "Steadiness": 2,
        "Server": 2,
        "Words by their latency": 3,
    }


def test_each_is_vega_lite(drawn):
    for panel in drawn:
        spec = panel.chart.to_dict()  # raises on what the schema does not know
        assert spec["title"] == panel.title


def test_every_run_is_a_point_and_invalid_ones_are_crossed(drawn):
    committed = next(panel for panel in drawn if panel.title == "Word committed, p50")
    line, dots, hollow, crosses = layers(committed)
    assert line["mark"]["type"] == "line"
    assert [(row["kind"], row["streams"]) for row in rows(committed, 1)] == [
        ("captionflow", 1),
        ("captionflow", 2),
        ("captionflow", 4),
        ("peer", 1),
        ("peer", 2),
    ]
    assert [(row["kind"], row["streams"]) for row in rows(committed, 3)] == [("peer", 2)]


def test_a_limit_is_drawn_where_it_belongs(drawn):
    limited = [panel for panel in drawn if layers(panel)[-1]["mark"]["type"] == "rule"]
    assert [panel.title for panel in limited] == [
        "Word committed, p95 (limit 4)",
        "End of speech to final, p95 (limit 2.5)",
    ]
    assert rows(limited[0], -1) == [{"value": 4.0}]


def test_a_result_without_a_run_draws_nothing():
    assert panels(kinds([replace(made.result(), runs=())]), BOUNDS) == []


def test_the_lag_of_each_stream_where_it_was_kept():
    scores = tuple(made.watched(((1.0, 0.5), (2.0, 0.7)), index) for index in range(2))
    result = replace(made.result(), runs=(replace(made.run(2, ("lost",)), scores=scores),))
    panel = panels(kinds([result]), {})[-1]
    assert (panel.group, panel.title) == ("Lag of each stream", "captionflow, 2 streams, INVALID")
    assert [row["stream"] for row in rows(panel, 0)] == [0, 0, 1, 1]
