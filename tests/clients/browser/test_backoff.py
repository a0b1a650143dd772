"""When a lost connection is tried again: as the Python client does, with time passed in."""

from typing import Any

import pytest
from captionflow.coming_back import may_return
from captionflow.errors import ServerError

from tests.clients.browser.shared import Runs

LOST = {"code": "lost"}


async def told(runs: Runs, patience: float, steps: list[list[Any]]) -> list[Any]:
    """steps: [failure, lively, now], or [] for a network that is there again."""
    return list(
        await runs(
            "backoff.js",
            """
            const backoff = new module.Backoff(given.patience, () => 1);
            return given.steps.map((it) => it.length ? backoff.lost(...it) : backoff.hurry());
            """,
            {"patience": patience, "steps": steps},
        )
    )


async def test_at_once_and_then_less_and_less_often(runs: Runs) -> None:
    pauses = "return given.map((it) => [module.pause(it, 1), module.pause(it, 0)])"
    found = await runs("backoff.js", pauses, list(range(8)))
    assert [most for most, _ in found] == [0, 0.25, 0.5, 1, 2, 4, 8, 8]
    assert [least for _, least in found] == [0, 0.125, 0.25, 0.5, 1, 2, 4, 4]


async def test_patience_counts_from_the_last_connection_that_was_one(runs: Runs) -> None:
    steps = [[LOST, True, 100], [{"code": "unreachable"}, False, 101], [LOST, False, 109.9]]
    assert await told(runs, 10, steps) == [{"retryIn": 0}, {"retryIn": 0.25}, {"failed": LOST}]
    alive = [[LOST, True, 100], [LOST, False, 105], [LOST, True, 200], [LOST, False, 205]]
    assert await told(runs, 10, alive) == [{"retryIn": it} for it in (0, 0.25, 0, 0.25)]


async def test_what_ended_the_connection_says_more_than_what_kept_the_next_from_coming(
    runs: Runs,
) -> None:
    away = {"code": "unreachable"}
    steps = [[LOST, True, 0], [away, False, 0], [away, False, 5]]
    assert (await told(runs, 5, steps))[-1] == {"failed": LOST}


async def test_a_server_says_when(runs: Runs) -> None:
    busy = {"code": "overloaded", "close": 1013, "retryAfter": 7}
    assert await told(runs, 60, [[busy, True, 0]]) == [{"retryIn": 7}]
    assert await told(runs, 5, [[busy, True, 0]]) == [{"failed": busy}]


async def test_a_network_that_is_there_again_is_used_soon(runs: Runs) -> None:
    lost = [[LOST, True, 0]] + [[LOST, False, 1]] * 6
    found = await told(runs, 60, [*lost, [], [LOST, False, 2]])
    assert [it["retryIn"] for it in (found[-3], found[-1])] == [8, 0.25]


@pytest.mark.parametrize(
    "close",
    [1000, 1001, 1006, 1009, 1011, 1012, 1013, 4400, 4401, 4403, 4404, 4408, 4409, 4410, 4429],
)
async def test_who_comes_back_after_which_close(runs: Runs, close: int) -> None:
    returns = "return module.mayReturn({ code: 'x', close: given })"
    assert await runs("backoff.js", returns, close) is may_return(ServerError("x", "", close=close))


async def test_refusals(runs: Runs) -> None:
    returns = "return given.map((it) => module.mayReturn(it))"
    codes = [{"code": code} for code in ("unauthorized", "forbidden", "not_a_server", "taken_over")]
    assert not any(await runs("backoff.js", returns, codes))
    by_http = [{"code": "x", "close": status} for status in (400, 404, 415, 422, 409, 429, 503)]
    assert await runs("backoff.js", returns, by_http) == [False] * 4 + [True] * 3
