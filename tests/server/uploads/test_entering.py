"""One job for each request, however often it is told."""

import asyncio

from tests.server.shared import Running
from tests.server.uploads.shared import (
    arrived,
    complete,
    problem,
    stored,
    take,
    wav,
)


async def test_the_same_request_with_the_same_key_is_one_job(server: Running) -> None:
    first, second = [await take(server, key="k1", language="en") for _ in range(2)]
    assert first.status_code == second.status_code == 202
    assert first.json() == second.json()
    assert len(await stored(server)) == 1
    for other in (
        await take(server, key="k1", language="de"),
        await take(server, wav("####"), key="k1", language="en"),
    ):
        problem(other, 422, "idempotency_key_reused")
    assert len(await stored(server)) == 1
    assert (await take(server, language="en")).json() != first.json()


async def test_a_completion_with_a_key(server: Running) -> None:
    one, other = await arrived(server), await arrived(server)
    job = (await complete(server, one, "k")).json()
    assert (await complete(server, one, "k")).json() == job
    problem(await complete(server, other, "k"), 422, "idempotency_key_reused")
    problem(await take(server, key="k"), 422, "idempotency_key_reused")
    assert len(await stored(server)) == 2


async def test_completions_told_at_once_are_one_job(server: Running) -> None:
    id = await arrived(server)
    answers = await asyncio.gather(*(complete(server, id) for _ in range(6)))
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {202}
