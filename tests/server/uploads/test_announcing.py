"""Files that are announced first, over HTTP: where they go, and what they have to be."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from server.parts import OWNER
from server.uploads import signing
from storage.records import State
from tests.server.shared import Running
from tests.server.uploads.shared import (
    SOUND,
    announce,
    arrived,
    complete,
    problem,
    put,
    silence,
    slowly,
    storage_of,
    stored,
)


async def test_an_announced_file_comes_by_our_own_address(server: Running) -> None:
    digest = hashlib.sha256(SOUND).hexdigest()
    answer = await announce(server, len(SOUND), sha256=digest.upper(), options={"language": "de"})
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["kind"], told["state"]) == ("upload", "awaiting_upload")
    assert told["filename"] == "a.wav" and told["language"] == "de"
    upload = told["upload"]
    assert upload["method"] == "PUT" and upload["headers"] == {"content-type": "audio/wav"}
    assert upload["url"].startswith(f"{server.url}/v1/uploads/{told['id']}?")
    assert datetime.fromisoformat(upload["expires_at"]) > datetime.now(UTC)
    problem(await complete(server, told["id"]), 409, "not_uploaded")
    kept = await put(server, told, SOUND)
    assert kept.json() == {"bytes": len(SOUND), "sha256": digest}
    job = await complete(server, told["id"])
    assert job.status_code == 202, job.text
    assert (job.json()["session_id"], job.json()["status"]) == (told["id"], "queued")
    assert (await complete(server, told["id"])).json() == job.json()
    assert (await server.session(told["id"]))["jobs"] == [job.json()["id"]]
    problem(await put(server, told, SOUND), 409, "wrong_state")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "live"}, "kind"),
        ({"bytes": 0}, "bytes"),
        ({"bytes": "many"}, "bytes"),
        ({"bytes": 1.5}, "bytes"),
        ({"filename": ""}, "filename"),
        ({"filename": "a\x00b"}, "filename"),
        ({"content_type": "a\r\nb: c"}, "content_type"),
        ({"sha256": "abc"}, "sha256"),
        ({"colour": "red"}, "colour"),
        ({"options": {"colour": "red"}}, "colour"),
        ({"options": {"language": "xx"}}, "options.language"),
        ({"options": {"model": "none-such"}}, "options.model"),
        ({"options": {"diarize": True}}, "options.diarize"),
        ({"options": {"hotwords": ["\x07"]}}, "options.hotwords"),
        ({"options": {"hotwords": "Ada"}}, "options.hotwords"),
        ({"options": {"retention": {"hold": 3}}}, "options.retention.hold"),
        ({"options": {"retention": {"editing": 3}}}, "editing"),
    ],
)
async def test_an_announcement_that_is_not_taken(
    server: Running, facts: dict[str, Any], field: str
) -> None:
    assert field in problem(await announce(server, 9, **facts), 422, "invalid")["detail"]
    assert (await server.get("/v1/sessions")).json()["sessions"] == []


async def test_announcements_that_are_none(server: Running) -> None:
    json = {"content-type": "application/json"}
    answer = await server.http.post("/v1/sessions", content=b"{", headers=json)
    problem(answer, 400, "bad_request")
    answer = await server.http.post("/v1/sessions", content=b" " * 70_000, headers=json)
    problem(answer, 413, "too_large")
    problem(await announce(server, 4_000_001), 413, "too_large")


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (SOUND[:-1], 422, "upload_mismatch"),
        (SOUND + b"x", 413, "too_large"),
        (SOUND[::-1], 422, "upload_mismatch"),
    ],
)
@pytest.mark.parametrize("whole", [True, False])
async def test_a_file_that_is_not_the_announced_one(
    server: Running, data: bytes, status: int, code: str, whole: bool
) -> None:
    digest = hashlib.sha256(SOUND).hexdigest()
    told = (await announce(server, len(SOUND), sha256=digest)).json()
    body = data if whole else slowly([data[:100], data[100:]])
    problem(await put(server, told, body), status, code)
    assert await stored(server) == []
    assert (await put(server, told, SOUND)).status_code == 200


async def test_a_file_of_another_type_is_not_the_announced_one(server: Running) -> None:
    told = (await announce(server, len(SOUND))).json()
    answer = await put(server, told, SOUND, **{"content-type": "audio/flac"})
    assert problem(answer, 422, "upload_mismatch")["field"] == "content_type"


async def test_only_the_address_as_it_was_signed_takes_a_file(server: Running) -> None:
    told = (await announce(server, len(SOUND))).json()
    url = urlsplit(told["upload"]["url"])
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    later, long_ago = str(int(query["expires"]) + 1), "1000000"
    for wrong in (
        {**query, "signature": "0" * 64},
        {**query, "signature": "\xe9"},
        {**query, "expires": later},
        {**query, "expires": long_ago},
    ):
        answer = await server.http.put(url.path, params=wrong, content=SOUND)
        problem(answer, 403, "bad_signature")
    other = (await announce(server, len(SOUND))).json()["id"]
    problem(
        await server.http.put(f"/v1/uploads/{other}", params=query, content=SOUND),
        403,
        "bad_signature",
    )
    problem(
        await server.http.put("/v1/uploads/nobody", params=query, content=SOUND),
        403,
        "bad_signature",
    )
    problem(await server.http.put(url.path, content=SOUND), 400, "invalid")
    assert await stored(server) == []


async def test_an_address_is_good_until_it_is_over(server: Running) -> None:
    told = (await announce(server, len(SOUND))).json()
    storage = storage_of(server)
    session = await storage.sessions.get(OWNER, told["id"])
    assert session is not None and session.upload is not None
    over = datetime.now(UTC) - timedelta(seconds=2)
    late = signing.signed(storage.secret, server.url, session, session.upload, over)
    problem(
        await server.http.put(late.url, content=SOUND, headers=late.headers), 403, "bad_signature"
    )
    await storage.sessions.update(OWNER, session.id, expires_at=over)
    problem(await complete(server, session.id), 409, "upload_expired")


async def test_what_is_complete_has_to_be_audio(server: Running) -> None:
    junk = b"no audio at all " * 99
    id = await arrived(server, junk)
    told = problem(await complete(server, id), 422, "unreadable_audio")
    assert "text" in told["detail"]
    assert (await server.session(id))["state"] == "awaiting_upload"
    id = await arrived(server, silence(61))
    problem(await complete(server, id), 413, "too_long")


async def test_what_cannot_be_completed(server: Running) -> None:
    problem(await complete(server, "nobody"), 404, "not_found")
    async with server.connect() as live:
        problem(await complete(server, live.welcome.session), 409, "wrong_state")
    id = (await announce(server, 9)).json()["id"]
    await storage_of(server).sessions.move(id, State.PURGED)
    problem(await complete(server, id), 409, "wrong_state")
