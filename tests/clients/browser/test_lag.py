"""How late words are, by the clock of who captured them."""

from typing import Any

import pytest

from tests.clients.browser.shared import Runs

PACE = 32_000  # bytes a second


async def lags(runs: Runs, *steps: Any) -> list[float | None]:
    """steps: (position, now) of audio that is captured, or (event, now)."""
    found = await runs(
        "lag.js",
        """
        const lag = new module.Lag(32000);
        return given.map(([what, now]) =>
          typeof what === 'number' ? lag.captured(what, now) ?? null : lag.of(what, now));
        """,
        steps,
    )
    return [each for each, (what, _) in zip(found, steps, strict=True) if isinstance(what, dict)]


def event(type: str, end: float) -> dict[str, Any]:
    return {"type": type, "end": end}


def audio(seconds: int, since: float = 100.0) -> list[Any]:
    """20 ms each, at the time when they were spoken."""
    return [(at * 640, since + at * 0.02) for at in range(1, seconds * 50 + 1)]


async def test_from_the_end_of_the_last_word(runs: Runs) -> None:
    assert await lags(runs, *audio(4), (event("partial", 3.01), 104.2)) == [pytest.approx(1190)]
    assert await lags(runs, *audio(4), (event("final", 3.0), 104.2)) == [pytest.approx(1200)]


async def test_audio_that_was_kept_for_a_while_was_captured_when_it_was_spoken(runs: Runs) -> None:
    before, after = audio(2), [(64_000 + at * 640, 110 + at * 0.02) for at in range(1, 51)]
    found = await lags(
        runs, *before, *after, (event("partial", 1.5), 111), (event("final", 2.5), 111)
    )
    assert found == [pytest.approx(9500), pytest.approx(500)]


async def test_words_count_when_they_are_shown_first(runs: Runs) -> None:
    told = [
        (event("partial", 1.5), 102.3),
        (event("partial", 1.5), 102.6),
        (event("final", 1.5), 103),
    ]
    assert await lags(runs, *audio(2), *told) == [pytest.approx(800), None, pytest.approx(1500)]


async def test_there_is_none_for_what_is_no_caption_or_before_any_audio(runs: Runs) -> None:
    assert await lags(runs, (event("final", 1.0), 101)) == [None]
    assert await lags(runs, *audio(2), ({"type": "speech_end", "at": 1.0}, 102)) == [None]


async def test_words_are_not_early(runs: Runs) -> None:
    assert await lags(runs, *audio(2), (event("final", 2.5), 102)) == [0]


async def test_what_it_remembers_has_a_bound(runs: Runs) -> None:
    kept = """
    const lag = new module.Lag(32000);
    for (let at = 1; at <= 10000; at += 1) lag.captured(at * 640, at / 50);
    return lag.marks.length;
    """
    assert await runs("lag.js", kept) == 120 * 50 + 1
