"""The words of a page."""

import pytest
from msgspec.structs import replace

from benchmarks.report import sections
from benchmarks.report.colours import colour
from benchmarks.report.kinds import kinds
from tests.benchmarks import made


@pytest.fixture
def found():
    peer = made.result((1, 2), settings={"target": "peer"}, faults=("stream 1: <lost>",))
    return kinds([made.result((1, 2)), peer])


def test_every_kind_has_its_colour(found):
    legend = sections.legend(found)
    assert legend.index(colour(0)) < legend.index("captionflow") < legend.index(colour(1))
    assert legend.count("<li>") == 2


def test_invalid_runs_are_named_with_their_faults(found):
    warning = sections.warning(found)
    assert "INVALID: 1 of 4 runs" in warning
    assert "peer, 2 streams: stream 1: &lt;lost&gt;" in warning


def test_nothing_is_said_when_all_are_valid():
    assert sections.warning(kinds([made.result()])) == ""


def test_the_table_has_all_runs_and_figures(found):
    table = sections.table(found)
    assert table.count('scope="col"') == 1 + 4
    assert table.count('<td class="bad">INVALID</td>') == 1
    assert "word committed" in table and "WER of the finals" in table


def test_figures_that_no_run_has_are_left_out(found):
    assert "accelerator" not in sections.table(found)


@pytest.mark.parametrize(
    "said",
    [
        "2 cores of a processor, 8 GiB",
        "0123456789abcdef",
        "<dt>seed</dt><dd>1</dd>",
        "streaming.look_every=400",
        "jiwer 4",
        "2, 1 INVALID",
        "captionflow bench live --streams 1,2",
    ],
)
def test_how_it_was_measured(said):
    serve = {"streaming": {"look_every": 400}}
    result = made.result((1, 2), settings={"serve": serve}, faults=("lost",))
    assert said in sections.origins(kinds([result]))


def test_results_outside_a_checkout():
    result = made.result(machine=replace(made.MACHINE, commit=None))
    assert "not from a checkout" in sections.origins(kinds([result]))
