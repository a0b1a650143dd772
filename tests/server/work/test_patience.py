import asyncio

import pytest

from server.work.patience import patiently, unbroken
from storage.errors import Missing, Unavailable


class Store:
    """One that answers the call after so many that find it away."""

    def __init__(self, away: int, error: Exception | None = None) -> None:
        self.away = away
        self.error = error
        self.calls = 0

    async def ask(self) -> str:
        self.calls += 1
        if self.calls <= self.away:
            raise Unavailable("away")
        if self.error:
            raise self.error
        return "here"


async def test_who_is_away_for_a_while_is_waited_for() -> None:
    store = Store(2)
    assert await patiently(store.ask, 5.0) == "here"
    assert store.calls == 3


async def test_who_is_away_for_too_long_is_given_up() -> None:
    store = Store(1000)
    with pytest.raises(Unavailable):
        await patiently(store.ask, 0.6)
    assert store.calls == 2


async def test_other_errors_are_not_waited_out() -> None:
    store = Store(0, Missing("no"))
    with pytest.raises(Missing):
        await patiently(store.ask, 5.0)
    assert store.calls == 1


@pytest.mark.parametrize("times", [1, 3])
async def test_what_has_begun_is_waited_for_by_who_is_cancelled(times: int) -> None:
    begun, go, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> int:
        begun.set()
        await go.wait()
        ended.set()
        return 1

    task = asyncio.create_task(unbroken(work()))
    await begun.wait()
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
    go.set()
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()
    assert ended.is_set()
    assert await unbroken(work()) == 1
