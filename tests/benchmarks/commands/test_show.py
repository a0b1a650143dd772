"""What one sees of a run while it lasts."""

import asyncio
from io import StringIO

from rich.console import Console

from benchmarks.commands.show import playing, so_far
from benchmarks.run.drive import StreamLog


def logs(write, failure=None):
    one = write([("red", 0.5, 1.0)])
    one.final(2.0, "red fox")
    two = write([("red", 0.5, 1.0)], seconds=30.0)
    two.log.failure = failure
    return [one.log, two.log]


def test_seconds_words_and_failures(write):
    assert so_far(logs(write, "lost"), 12.4, 30.0) == "12 of 30 s, 2 words, 1 failed"


async def test_a_bar_with_what_has_come(write):
    paper = StringIO()
    now = asyncio.get_running_loop().time()
    with playing(Console(file=paper, force_terminal=True, width=100)) as tell:
        found = [StreamLog(log.stream, now - 15.0, log.seen) for log in logs(write)]
        tell(0, found)
        tell(2, found)
    assert "2 streams" in paper.getvalue()
    assert "15 of 30 s, 2 words, 0 failed" in paper.getvalue()
