"""When nobody may bring a file."""

from tests.server.shared import Running
from tests.server.uploads.shared import (
    SOUND,
    announce,
    arrived,
    complete,
    problem,
    put,
    stored,
    take,
)


async def test_an_owner_may_have_only_so_many_waiting(server: Running) -> None:
    id = await arrived(server)
    for _ in range(3):
        assert (await take(server)).status_code == 202
    for answer in (await take(server), await announce(server, 9), await complete(server, id)):
        problem(answer, 429, "queue_full")
        assert int(answer.headers["retry-after"]) > 0
    assert len(await stored(server)) == 4


async def test_a_server_that_stops_takes_nothing_in(server: Running) -> None:
    id = await arrived(server)
    told = (await announce(server, len(SOUND))).json()
    server.registry.stopping.set()
    for answer in (
        await take(server),
        await announce(server, 9),
        await complete(server, id),
        await put(server, told, SOUND),
    ):
        problem(answer, 503, "stopping")
        assert answer.headers["retry-after"]
