"""The two ways to print rows."""

from io import StringIO

from rich.console import Console

from benchmarks.report.cells import markdown, table

ROWS = [("who", "at p95"), ("this one", "1.5 to 2.5"), ("that one", "2.0 to 3.0")]


def test_markdown_aligns_words_left_and_figures_right():
    assert markdown("Both", ROWS, {"who"}).splitlines() == [
        "Both",
        "",
        "| who | at p95 |",
        "| --- | --: |",
        "| this one | 1.5 to 2.5 |",
        "| that one | 2.0 to 3.0 |",
    ]


def test_figures_stay_whole_in_a_narrow_terminal():
    paper = StringIO()
    Console(file=paper, width=21).print(table("Both", ROWS, {"who"}))
    assert "1.5 to 2.5" in paper.getvalue()
    assert "this one" not in paper.getvalue()
