"""Models of other names are loaded when a job wants them, one at a time, and go again."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from inference.models import UnknownModel
from server.settings import Settings
from server.work.models import Models
from tests.server.shared import until
from tests.server.work.house import House


def models_of(house: House) -> Models:
    return Models(house.core, house._load, unload=0.05)


async def test_the_servers_own_is_not_loaded_again(house: House) -> None:
    async with models_of(house).engine("base") as engine:
        assert engine is house.core.engine
    assert house.loaded == []


async def test_another_is_loaded_once_for_all_who_want_it(house: House) -> None:
    models = models_of(house)
    async with models.engine("medium") as one, models.engine("medium") as two:
        assert one is two
        assert one is not house.core.engine
    async with models.engine("medium") as three:
        assert three is one, "it stays for a while"
    await models.close()
    assert house.loaded == ["medium"]
    assert one.closed


async def test_a_third_waits_until_nobody_hears_with_the_second(house: House) -> None:
    models, stack = models_of(house), AsyncExitStack()
    second = await stack.enter_async_context(models.engine("medium"))

    async def want() -> None:
        async with models.engine("large-v3"):
            pass

    third = asyncio.create_task(want())
    await asyncio.wait([third], timeout=0.05)
    assert house.loaded == ["medium"]
    await stack.aclose()
    await third
    assert house.loaded == ["medium", "large-v3"]
    assert second.closed
    await models.close()


async def test_what_nobody_uses_goes_out_of_memory(house: House) -> None:
    models = models_of(house)
    tidying = asyncio.create_task(models.keep_tidy())
    try:
        async with models.engine("medium") as engine:
            pass
        await until(lambda: models.other is None)
        assert engine.closed
    finally:
        tidying.cancel()
        await asyncio.wait([tidying])


async def test_one_that_cannot_be_loaded_is_in_nobodys_way(house: House) -> None:
    def load(_: Settings) -> None:
        raise UnknownModel("it is not here")

    models = Models(house.core, load, 1.0)  # type: ignore[arg-type]
    for _ in range(2):
        with pytest.raises(UnknownModel):
            async with models.engine("medium"):
                raise AssertionError("there is none")
