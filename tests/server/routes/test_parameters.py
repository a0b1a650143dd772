"""Query parameters that nobody knows."""

from litestar import Litestar, get
from litestar.params import FromQuery
from litestar.testing import AsyncTestClient

from server.routes.parameters import only
from server.routes.problems import HANDLERS


@get("/some", before_request=only("limit", "q"), sync_to_thread=False)
def some(limit: FromQuery[int | None] = None) -> int:
    return limit or 0


@get("/none", before_request=only(), sync_to_thread=False)
def none() -> int:
    return 0


async def test_those_it_knows_may_come_and_others_are_named() -> None:
    async with AsyncTestClient(Litestar([some, none], exception_handlers=HANDLERS)) as client:
        assert (await client.get("/some?limit=3&q=")).json() == 3
        answer = await client.get("/some?limit=3&colour=red")
        assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")
        assert answer.json()["parameter"] == "colour" and "limit, q" in answer.json()["detail"]
        assert (await client.get("/none")).status_code == 200
        assert "there are none" in (await client.get("/none?limit=1")).json()["detail"]
