"""A comparison as words."""

from benchmarks.report.sides import Side, compared
from benchmarks.report.verdicts import markdown, rows, table
from tests.benchmarks import made


def comparison(**changes):
    one = Side("before", (made.result((1, 2)), made.result((1, 2), luck=2)))
    other = Side("after", (made.result((1, 2), luck=3, **changes),))
    return compared(one, other)


def test_a_row_for_each_figure():
    found = comparison(slower=2.0)
    head, *body = rows(found.levels[1])
    assert head == ("figure", "A", "B", "change", "95% interval", "verdict")
    by_name = {row[0]: row[1:] for row in body}
    before, _, change, interval, verdict = by_name["word committed p50, s"]
    assert "–" in before and before.endswith(")")  # its runs, from the least to the most
    assert change.startswith("× ") and " to " in interval
    assert verdict == "slower"
    assert by_name["WER of the finals, %"][2] == "+0.00"


def test_what_cannot_be_told_has_no_interval():
    found = compared(Side("before", (made.result(),)), Side("after", (made.result(luck=2),)))
    by_name = {row[0]: row for row in rows(found.levels[0])}
    assert by_name["end of speech to final p99, s"][-2:] == ("–", "too few to tell")


def test_markdown_has_every_level_and_note():
    text = markdown(comparison())
    assert "1 stream; A: before, B: after\n" in text
    assert "2 streams; A: before, B: after\n" in text
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in lines} == {7}
    assert "- intervals at 95%" in text


def test_the_terminal_gets_the_same_rows():
    found = comparison()
    assert table(found, found.levels[0]).row_count == len(found.levels[0].lines)
