"""Jobs over HTTP, while somebody does them as a worker would."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from server.parts import OWNER
from server.routes.jobs import version
from server.settings import Settings
from storage.jobs import WORK
from storage.records import State, Status
from tests.server.shared import WAIT, Running, until
from tests.server.uploads.shared import claimed, problem, quiet, storage_of, take


@pytest_asyncio.fixture
async def settings(tmp_path: Path, database_url: str) -> Settings:
    limits = {"max_waiting": 100, "watchers": 2}
    return quiet(tmp_path, database_url, uploads=limits)


async def begun(server: Running) -> dict[str, Any]:
    """A job that waits."""
    told: dict[str, Any] = (await take(server)).json()
    return told


async def finished(server: Running) -> str:
    id = str((await begun(server))["job_id"])
    job = await claimed(server)
    assert await storage_of(server).work.finish(job, "w", datetime.now(UTC))
    return id


async def dead(server: Running) -> str:
    id = str((await begun(server))["job_id"])
    work, error = storage_of(server).work, {"code": "disk", "message": "is full"}
    for attempt in range(WORK.attempts):
        long_ago = datetime(2020, 1, 1 + attempt, tzinfo=UTC)
        job = await work.claim(["small"], "w", datetime(2100, 1, 1, tzinfo=UTC))
        assert job is not None
        await work.fail(job, "w", error, retry=True, now=long_ago, jitter=0.0)
    return id


async def shown(server: Running, id: str) -> dict[str, Any]:
    answer = await server.get(f"/v1/jobs/{id}")
    assert answer.status_code == 200, answer.text
    job: dict[str, Any] = answer.json()
    return job


async def test_a_job_that_waits_and_is_done(server: Running) -> None:
    first, second = await begun(server), await begun(server)
    job = await shown(server, second["job_id"])
    assert job["session_id"] == second["session_id"]
    assert (job["kind"], job["queue"], job["status"]) == ("transcribe", "small", "queued")
    assert (job["position"], job["eta"], job["progress"]) == (1, None, 0.0)
    assert (job["attempts"], job["error"], job["started_at"]) == (0, None, None)
    work, now = storage_of(server).work, datetime.now(UTC)
    claim = await claimed(server)
    assert await work.progress(claim, "w", "transcribing", 0.5, now)
    job = await shown(server, first["job_id"])
    assert (job["status"], job["stage"], job["progress"]) == ("processing", "transcribing", 0.5)
    assert job["position"] is None and job["eta"] >= 0 and job["attempts"] == 1
    assert await work.finish(claim, "w", datetime.now(UTC))
    job = await shown(server, first["job_id"])
    assert (job["status"], job["progress"], job["eta"]) == ("completed", 1.0, None)
    assert datetime.fromisoformat(job["finished_at"]) >= datetime.fromisoformat(job["started_at"])
    assert (await shown(server, second["job_id"]))["eta"] >= 0


async def test_pages_of_jobs(server: Running) -> None:
    ids = [(await begun(server))["job_id"] for _ in range(5)]
    seen, cursor = [], None
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await server.http.get("/v1/jobs", params=query)).json()
        seen += [job["id"] for job in page["jobs"]]
        if (cursor := page["cursor"]) is None:
            break
    assert seen == ids[::-1]
    await claimed(server)
    for status, expected in (("processing", ids[:1]), ("queued", ids[:0:-1]), ("dead", [])):
        page = (await server.get(f"/v1/jobs?status={status}")).json()
        assert [job["id"] for job in page["jobs"]] == expected


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "invalid"),
        ("limit=201", "invalid"),
        ("limit=x", "invalid"),
        ("status=lost", "invalid"),
        ("cursor=nonsense", "bad_cursor"),
        ("colour=red", "unknown_parameter"),
    ],
)
async def test_a_page_that_cannot_be(server: Running, query: str, code: str) -> None:
    told = problem(await server.get(f"/v1/jobs?{query}"), 400, code)
    assert query.partition("=")[0] in told["detail"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/jobs/nobody"),
        ("GET", "/v1/jobs/no%00body"),
        ("GET", "/v1/jobs/nobody/events"),
        ("DELETE", "/v1/jobs/nobody"),
        ("POST", "/v1/jobs/nobody/replay"),
    ],
)
async def test_a_job_that_is_not_there(server: Running, method: str, path: str) -> None:
    problem(await server.http.request(method, path), 404, "not_found")


async def test_a_job_that_is_cancelled(server: Running) -> None:
    told = await begun(server)
    path = f"/v1/jobs/{told['job_id']}"
    answer = await server.http.delete(path)
    assert answer.status_code == 200 and answer.json()["status"] == "cancelled"
    assert (await server.http.delete(path)).json() == answer.json()
    session = await storage_of(server).sessions.get(OWNER, told["session_id"])
    assert session is not None and session.state is State.FAILED
    problem(await server.http.delete(f"/v1/jobs/{await finished(server)}"), 409, "conflict")
    problem(await server.http.post(f"{path}/replay"), 409, "conflict")


async def test_a_dead_job_is_begun_again(server: Running) -> None:
    id = await dead(server)
    job = await shown(server, id)
    assert (job["status"], job["attempts"]) == ("dead", WORK.attempts)
    assert job["error"] == {"code": "disk", "message": "is full"}
    answer = await server.http.post(f"/v1/jobs/{id}/replay")
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert (await claimed(server)).id == id


async def events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[int, dict[str, Any]]]:
    number = 0
    async for line in lines:
        name, _, value = line.partition(": ")
        if name == "id":
            number = int(value)
        elif name == "data":
            yield number, json.loads(value)


async def test_a_job_is_followed_to_its_end(server: Running) -> None:
    id = (await begun(server))["job_id"]
    work, now = storage_of(server).work, datetime.now(UTC)
    seen = []
    async with asyncio.timeout(WAIT), server.http.stream("GET", f"/v1/jobs/{id}/events") as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
        async for number, job in events(stream.aiter_lines()):
            assert job["version"] == number and job["id"] == id
            seen.append((number, job["status"]))
            match job["status"]:
                case "queued":
                    claim = await claimed(server)
                case "processing":
                    assert await work.finish(claim, "w", now)
    assert [status for _, status in seen] == ["queued", "processing", "completed"]
    numbers = [number for number, _ in seen]
    last = {"last-event-id": str(numbers[1])}
    rest = await server.http.get(f"/v1/jobs/{id}/events", headers=last)
    assert f"id: {numbers[2]}\n" in rest.text and rest.text.count("id:") == 1
    all_seen = await server.http.get(f"/v1/jobs/{id}/events?last_event_id={numbers[2]}")
    assert (all_seen.status_code, all_seen.text) == (204, "")
    assert "id:" in (await server.http.get(f"/v1/jobs/{id}/events?last_event_id=x")).text


async def test_a_job_is_followed_over_a_socket(server: Running) -> None:
    id = (await begun(server))["job_id"]
    work, now = storage_of(server).work, datetime.now(UTC)
    address = f"{server.url.replace('http', 'ws')}/v1/jobs/{id}/ws"
    seen = []
    async with asyncio.timeout(WAIT), connect(address) as socket:
        await socket.send("what clients say is passed over")
        async for message in socket:
            job = json.loads(message)
            seen.append(job)
            if job["status"] == "queued":
                claim = await claimed(server)
            elif job["status"] == "processing":
                assert await work.finish(claim, "w", now)
        assert socket.close_code == 1000
    assert [job["status"] for job in seen] == ["queued", "processing", "completed"]
    async with connect(f"{address}?last_event_id={seen[1]['version']}") as socket:
        assert [json.loads(message)["status"] async for message in socket] == ["completed"]


async def closed(address: str) -> int:
    async with asyncio.timeout(WAIT), connect(address) as socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code is not None
        return socket.close_code


async def test_seats_are_few_and_free_again_when_somebody_leaves(server: Running) -> None:
    id = (await begun(server))["job_id"]
    path, watching = f"/v1/jobs/{id}/events", server.server.app.state.uploads.watching
    address = f"{server.url.replace('http', 'ws')}/v1/jobs/{id}/ws"
    async with connect(address), server.http.stream("GET", path) as stream:
        assert stream.status_code == 200
        await until(lambda: watching.seated == 2)
        answer = await server.get(path)
        problem(answer, 503, "overloaded")
        assert answer.headers["retry-after"]
        assert await closed(address) == 1013
    await until(lambda: watching.seated == 0)
    assert await closed(f"{server.url.replace('http', 'ws')}/v1/jobs/nobody/ws") == 4404


async def test_whoever_follows_does_not_hold_up_a_stop(server: Running) -> None:
    id = (await begun(server))["job_id"]
    address = f"{server.url.replace('http', 'ws')}/v1/jobs/{id}/ws"
    async with connect(address) as socket, server.http.stream("GET", f"/v1/jobs/{id}/events") as it:
        seen = events(it.aiter_lines())
        async with asyncio.timeout(WAIT):
            await socket.recv()
            assert (await anext(seen))[0] == 1
            server.registry.stopping.set()
            with pytest.raises(ConnectionClosed):
                await socket.recv()
            assert socket.close_code == 1012
            assert [number async for number, _ in seen] == []


@pytest.mark.parametrize(
    ("text", "number"),
    [(None, 0), ("", 0), ("7", 7), ("-7", 0), ("\u0663", 0), ("9" * 19, 1 << 62), ("9" * 30, 0)],
)
def test_versions_that_clients_may_say(text: str | None, number: int) -> None:
    assert version(text) == number


async def test_the_document_has_all_of_it(server: Running) -> None:
    paths = (await server.get("/schema/openapi.json")).json()["paths"]
    assert {"get", "post"} <= set(paths["/v1/jobs"])
    assert {"get", "delete"} <= set(paths["/v1/jobs/{job_id}"])
    assert "202" in paths["/v1/jobs/{job_id}/replay"]["post"]["responses"]
    followed = paths["/v1/jobs/{job_id}/events"]["get"]["responses"]
    assert "text/event-stream" in followed["200"]["content"] and "204" in followed
    statuses = json.dumps(paths["/v1/jobs"]["get"]["parameters"])
    assert all(status.value in statuses or "$ref" in statuses for status in Status)
