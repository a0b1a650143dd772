"""Addresses that work once, over HTTP."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from structlog.testing import capture_logs

from server.editing.tokens import digest
from storage.records import Download
from tests.server.routes.shared import finished, problem, storage_of
from tests.server.shared import Running


async def ask(server: Running, id: str, artifact: object) -> httpx.Response:
    return await server.http.post(f"/v1/sessions/{id}/downloads", json={"artifact": artifact})


async def test_an_address_gives_the_artifact_and_no_second_time(server: Running) -> None:
    id = await finished(server)
    answer = await ask(server, id, "recording")
    assert answer.status_code == 201
    given = answer.json()
    left = datetime.fromisoformat(given["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=4) < left <= timedelta(minutes=5)
    assert given["url"].startswith(f"{server.url}/v1/downloads/")
    got = await server.http.get(given["url"])
    assert got.status_code == 200 and got.headers["content-type"] == "audio/flac"
    assert hashlib.sha256(got.content).hexdigest() == given["sha256"]
    assert len(got.content) == given["bytes"] == int(got.headers["content-length"])
    assert f'filename="{id}-recording.flac"' in got.headers["content-disposition"]
    assert got.headers["cache-control"] == "no-store"
    assert problem(await server.http.get(given["url"])) == (404, "not_found")


async def test_of_those_who_come_at_the_same_time_one_gets_it(server: Running) -> None:
    id = await finished(server)
    url = (await ask(server, id, "transcript.srt")).json()["url"]
    answers = await asyncio.gather(*(server.http.get(url) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404, 404]


async def test_a_look_does_not_use_it_up(server: Running) -> None:
    id = await finished(server)
    url = (await ask(server, id, "transcript.txt")).json()["url"]
    assert (await server.http.head(url)).status_code == 405
    assert (await server.http.get(f"{url}?x=1")).status_code == 400
    assert (await server.http.get(url)).status_code == 200


async def test_it_does_not_work_later(server: Running) -> None:
    id, now = await finished(server), datetime.now(UTC)
    over = Download(digest=digest("late"), session=id, artifact="recording", expires_at=now)
    await storage_of(server).downloads.add(over, now - timedelta(minutes=5))
    assert problem(await server.get("/v1/downloads/late")) == (404, "not_found")


async def test_what_was_erased_meanwhile_is_not_given(server: Running) -> None:
    id = await finished(server)
    url = (await ask(server, id, "recording")).json()["url"]
    await server.http.delete(f"/v1/sessions/{id}")
    assert problem(await server.http.get(url)) == (404, "not_found")


async def test_only_a_hash_of_it_is_kept_and_nothing_logged(server: Running) -> None:
    id = await finished(server)
    with capture_logs() as logs:
        url = (await ask(server, id, "recording")).json()["url"]
        secret = url.rpartition("/")[2]
        rows = await storage_of(server).database.rows("SELECT * FROM downloads")
        storage_of(server).objects.stat = broken  # type: ignore[method-assign]
        assert (await server.http.get(url)).status_code == 500
    assert [row["digest"] for row in rows] == [digest(secret)]
    assert logs and secret not in f"{logs}{rows}"


async def broken(_: str) -> None:
    raise ValueError("something of ours")


@pytest.mark.parametrize(
    ("artifact", "wanted"),
    [
        ("video", (404, "no_artifact")),
        ("", (404, "no_artifact")),
        ("../x", (404, "no_artifact")),
        (3, (422, "invalid")),
        (None, (422, "invalid")),
    ],
)
async def test_there_is_none_for_what_is_not_there(
    server: Running, artifact: object, wanted: tuple[int, str]
) -> None:
    id = await finished(server)
    assert problem(await ask(server, id, artifact)) == wanted
    if wanted[0] == 404:
        assert problem(await ask(server, "nobody", artifact)) == (404, "not_found")


async def test_what_is_not_kept_any_more_is_gone(server: Running) -> None:
    id = await finished(server)
    await storage_of(server).sweep.forget_recordings([id])
    assert problem(await ask(server, id, "recording")) == (410, "gone")
    assert (await ask(server, id, "transcript.txt")).status_code == 201
