"""Webhooks over HTTP, and what a receiver gets of a whole session."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from server.parts import OWNER
from server.settings import Settings
from server.webhooks.settings import WebhookSettings
from server.webhooks.telling import EVENTS, tell_session
from storage.jobs import TELLING
from storage.records import Delivery, State
from tests.server.shared import Running, pcm, serving, settings_for, talk, until
from tests.server.webhooks.receiver import Receiver, receiving, says
from tests.server.webhooks.verifying import verified
from tests.storage.shared import NOON, a_session

URL = "https://hooks.example/x"


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as it:
        yield it


def telling(settings: Settings, **chosen: Any) -> Settings:
    webhooks = WebhookSettings(allow_private=True, **chosen)
    return msgspec.structs.replace(settings, webhooks=webhooks)


@pytest_asyncio.fixture
async def near(tmp_path: Path, database_url: str) -> AsyncIterator[Running]:
    """A server that may tell receivers on this machine."""
    async with serving(telling(settings_for(tmp_path, database_url), most=3)) as running:
        yield running


async def created(server: Running, url: str = URL, **fields: Any) -> dict[str, Any]:
    answer = await server.http.post("/v1/webhooks", json={"url": url, **fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_the_secret_is_shown_once(server: Running) -> None:
    made = await created(server, events=["session.ready", "job.dead", "session.ready"])
    assert made["secret"].startswith("whsec_")
    assert made["events"] == ["session.ready", "job.dead"]
    rest = {name: value for name, value in made.items() if name != "secret"}
    assert (await server.get("/v1/webhooks")).json() == {"webhooks": [rest]}
    assert (await created(server))["events"] == list(EVENTS)


async def test_a_removed_one_is_gone(server: Running) -> None:
    made = await created(server)
    answer = await server.http.delete(f"/v1/webhooks/{made['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await server.get("/v1/webhooks")).json() == {"webhooks": []}
    again = await server.http.delete(f"/v1/webhooks/{made['id']}")
    assert (again.status_code, again.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"url": "http://127.0.0.1/"}, 422, "forbidden_url"),
        ({"url": "http://[::ffff:10.0.0.1]/"}, 422, "forbidden_url"),
        ({"url": "http://localhost:8000/"}, 422, "forbidden_url"),
        ({"url": "http://169.254.169.254/latest"}, 422, "forbidden_url"),
        ({"url": "ftp://hooks.example/"}, 422, "forbidden_url"),
        ({"url": "https://user:word@hooks.example/"}, 422, "forbidden_url"),
        ({"url": URL, "events": ["session.opened"]}, 422, "unknown_event"),
        ({"url": URL, "events": []}, 422, "unknown_event"),
        ({"url": URL, "event": []}, 422, "invalid"),
        ({"url": 1}, 422, "invalid"),
        ({}, 422, "invalid"),
    ],
)
async def test_what_is_refused(
    server: Running, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await server.http.post("/v1/webhooks", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert (await server.get("/v1/webhooks")).json() == {"webhooks": []}


async def test_there_is_an_end_to_how_many(near: Running) -> None:
    for _ in range(3):
        await created(near)
    answer = await near.http.post("/v1/webhooks", json={"url": URL})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_webhooks")


async def test_a_session_that_becomes_ready_is_told(near: Running, receiver: Receiver) -> None:
    made = await created(near, receiver.url(), events=["session.ready"])
    async with near.connect() as live:
        await talk(live, pcm("...." + "#" * 15 + "." * 10))
        id = live.welcome.session
    await receiver.has(1)
    (heard,) = receiver.heard
    assert verified(made["secret"], heard.headers, heard.body, datetime.now(UTC))
    assert heard.json["type"] == "session.ready"
    assert heard.json["data"]["session_id"] == id
    assert heard.json["data"]["state"] == "ready"


async def ready(server: Running, id: str) -> None:
    session = a_session(id, owner=OWNER, state=State.READY, ready_at=NOON)
    await tell_session(server.registry.parts.storage, session, NOON)


async def listed(server: Running, id: str, **asked: str | int) -> dict[str, Any]:
    answer = await server.http.get(f"/v1/webhooks/{id}/deliveries", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_dead_deliveries_are_listed_and_replayed(near: Running, receiver: Receiver) -> None:
    receiver.answer = says(500)
    made = await created(near, receiver.url())
    await ready(near, "s1")
    await receiver.has(1)
    rows = near.registry.parts.storage.deliveries

    async def noted() -> bool:
        return bool((await rows.list(OWNER, made["id"])).deliveries[0].error)

    await until(noted)
    (waiting,) = (await rows.list(OWNER, made["id"])).deliveries
    await die(near, waiting)
    (dead,) = (await listed(near, made["id"], status="dead"))["deliveries"]
    assert (dead["status"], dead["event"], dead["next_at"]) == ("dead", "session.ready", None)
    assert dead["error"] == "the receiver said 500"
    assert dead["body"]["data"]["session_id"] == "s1"
    assert (await listed(near, made["id"], status="waiting"))["deliveries"] == []

    receiver.answer = says(200)
    path = f"/v1/webhooks/{made['id']}/deliveries/{dead['id']}/replay"
    answer = await near.http.post(path)
    assert (answer.status_code, answer.json()["status"]) == (202, "waiting")
    await receiver.has(2)

    async def delivered() -> bool:
        return bool((await listed(near, made["id"], status="delivered"))["deliveries"])

    await until(delivered)


async def die(server: Running, delivery: Delivery) -> None:
    """Its last attempt fails: all between are passed over."""
    last = msgspec.structs.replace(delivery, attempts=TELLING.attempts)
    database = server.registry.parts.storage.database
    await database.row("UPDATE deliveries SET attempts = $2 WHERE id = $1", last.id, last.attempts)
    await server.registry.parts.storage.deliveries.failed(
        last, "the receiver said 500", datetime.now(UTC), 0.0
    )


async def test_deliveries_come_in_pages(server: Running) -> None:
    made = await created(server)
    for number in range(3):
        await ready(server, f"s{number}")
    first = await listed(server, made["id"], limit=2)
    rest = await listed(server, made["id"], limit=2, cursor=first["cursor"])
    assert (len(first["deliveries"]), len(rest["deliveries"]), rest["cursor"]) == (2, 1, None)
    told = {it["body"]["data"]["session_id"] for it in first["deliveries"] + rest["deliveries"]}
    assert told == {"s0", "s1", "s2"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/webhooks/wh_none/deliveries", 404, "not_found"),
        ("POST", "/v1/webhooks/wh_none/deliveries/x/replay", 404, "not_found"),
        ("DELETE", "/v1/webhooks/%00", 404, "not_found"),
        ("GET", "/v1/webhooks?limit=1", 400, "unknown_parameter"),
        ("GET", "/v1/webhooks/wh_none/deliveries?limit=0", 400, "invalid"),
        ("GET", "/v1/webhooks/wh_none/deliveries?status=lost", 400, "invalid"),
    ],
)
async def test_what_there_is_not(
    server: Running, method: str, path: str, status: int, code: str
) -> None:
    answer = await server.http.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
