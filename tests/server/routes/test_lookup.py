"""A session by the id in a path."""

from datetime import UTC, datetime

import pytest
from litestar.datastructures import State

from server.parts import OWNER
from server.routes.lookup import found, locked, none, parts_of, registry_of
from server.routes.problems import Problem
from storage.records import Session
from tests.server.routes.shared import storage_of
from tests.server.shared import Running


async def test_one_of_ours_is_found_and_another_owners_is_not(server: Running) -> None:
    storage = storage_of(server)
    for id, owner in (("ours", OWNER), ("bobs", "bob")):
        await storage.sessions.create(
            Session(
                id=id,
                owner=owner,
                kind="live",
                protocol="stt.v1",
                model="base",
                created_at=datetime.now(UTC),
                node="x",
            )
        )
    assert (await found(storage, "ours")).id == "ours"
    async with storage.together() as tables:
        assert (await locked(tables, "ours")).id == "ours"
    for missing in ("bobs", "nobody"):
        with pytest.raises(Problem) as one:
            await found(storage, missing)
        async with storage.together() as tables:
            with pytest.raises(Problem) as other:
                await locked(tables, missing)
        assert one.value.detail == other.value.detail == none().detail


async def test_the_parts_are_the_servers_own(server: Running) -> None:
    state = State({"registry": server.registry})
    assert registry_of(state) is server.registry
    assert parts_of(state) is server.registry.parts
