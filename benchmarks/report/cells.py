"""Rows of words as a table for a terminal and for a README. Knows nothing of what they say."""

from collections.abc import Collection, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

TIGHT = (0, 1, 0, 0)  # so that ten columns and a word fit in a terminal of 80

Rows = Sequence[Sequence[str]]
"""The heads, then a row for each line."""


def table(title: str, rows: Rows, words: Collection[str]) -> Table:
    """words: the heads of columns that may wrap in a narrow terminal; figures must stay whole."""
    found = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=TIGHT)
    for head in rows[0]:
        if head in words:
            found.add_column(head, overflow="fold")
        else:  # a long head takes no room from the words, either
            found.add_column(head.replace(" ", "\n"), justify="right", no_wrap=True)
    for row in rows[1:]:
        found.add_row(*row)
    return found


def markdown(title: str, rows: Rows, words: Collection[str]) -> str:
    rule = ["---" if head in words else "--:" for head in rows[0]]
    lines = (f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:]))
    return "\n".join([title, "", *lines]) + "\n"
