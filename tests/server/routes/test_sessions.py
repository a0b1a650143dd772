"""Whole sessions over HTTP: looked up, listed, kept, restored, erased."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.parts import OWNER
from storage.records import Session
from storage.records import State as SessionState
from tests.server.routes.shared import TALK, expired, finished, problem, storage_of
from tests.server.shared import Running, until


async def test_a_session_says_all_that_is_known_of_it(server: Running) -> None:
    id = await finished(server)
    record = await server.session(id)
    assert (record["kind"], record["state"], record["owner"]) == ("live", "ready", OWNER)
    assert record["created_at"] < record["ended_at"] < record["expires_at"]
    assert record["duration"] == pytest.approx(len(TALK) / 32_000, abs=0.1)
    assert record["options"]["language"] == "en" and record["model"] == "base"
    kept = record["retention"]
    assert record["ready_at"] < kept["recording_until"] < kept["transcript_until"]
    assert (kept["hold"], kept["recording"], kept["transcript"]) == (False, None, None)
    artifacts = {each["name"]: each for each in record["artifacts"]}
    assert set(artifacts) == {"recording", *(f"transcript.{it}" for it in FORMATS)}
    assert all(each["bytes"] > 0 and len(each["sha256"]) == 64 for each in artifacts.values())
    assert record["jobs"] == [] and record["error"] is None


FORMATS = ("txt", "json", "srt", "vtt")


def a_session(id: str, **facts: Any) -> Session:
    given = {"owner": OWNER, "kind": "live", "protocol": "stt.v1", "model": "base"}
    return Session(**{"id": id, "created_at": datetime.now(UTC), **given, **facts})


async def test_a_list_is_narrowed_and_goes_on_page_by_page(server: Running) -> None:
    sessions = storage_of(server).sessions
    for number in range(3):
        await sessions.create(a_session(f"u{number}", kind="upload", filename=f"Talk {number}.mp3"))
    await sessions.create(a_session("live", state=SessionState.OPEN, node="x"))
    await sessions.create(a_session("bobs", owner="bob"))
    first = (await server.get("/v1/sessions?kind=upload&limit=2")).json()
    second = (await server.get(f"/v1/sessions?limit=2&kind=upload&cursor={first['cursor']}")).json()
    pages = [[each["id"] for each in page["sessions"]] for page in (first, second)]
    assert pages == [["u2", "u1"], ["u0"]] and second["cursor"] is None
    every = (await server.get("/v1/sessions")).json()["sessions"]
    assert {each["id"] for each in every} == {"u0", "u1", "u2", "live"}
    found = (await server.get("/v1/sessions?q=talk%202&state=open")).json()["sessions"]
    assert [each["filename"] for each in found] == ["Talk 2.mp3"]
    assert (await server.get("/v1/sessions?state=ready")).json()["sessions"] == []


async def test_a_list_finds_what_was_said(server: Running) -> None:
    id = await finished(server)
    for q, ids in (("w3 w4", [id]), ("w1 w1", [id]), ("nothing", []), ("%00", [])):
        found = (await server.get(f"/v1/sessions?q={q}")).json()["sessions"]
        assert [each["id"] for each in found] == ids


@pytest.mark.parametrize(
    ("query", "code", "named"),
    [
        ("colour=red", "unknown_parameter", "colour"),
        ("limit=0", "invalid", "limit"),
        ("limit=many", "invalid", "limit"),
        ("state=asleep", "invalid", "state"),
        ("kind=video", "invalid", "kind"),
        ("cursor=x", "bad_cursor", "cursor"),
    ],
)
async def test_a_bad_parameter_is_named(server: Running, query: str, code: str, named: str) -> None:
    answer = await server.get(f"/v1/sessions?{query}")
    assert problem(answer) == (400, code)
    assert named in answer.json()["detail"]


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_a_foreign_session_looks_like_a_missing_one(server: Running, method: str) -> None:
    await storage_of(server).sessions.create(a_session("bobs", owner="bob"))
    answers = [
        await server.http.request(method, f"/v1/sessions/{id}", json={"retention": {"hold": True}})
        for id in ("bobs", "nobody", "no%00body")
    ]
    assert {problem(answer) for answer in answers} == {(404, "not_found")}
    assert len({answer.text for answer in answers}) == 1


async def change(server: Running, id: str, body: object) -> Any:
    return await server.http.patch(f"/v1/sessions/{id}", json=body)


async def test_how_long_things_are_kept_may_be_changed(server: Running) -> None:
    id = await finished(server)
    answer = await change(server, id, {"retention": {"recording": 60, "hold": True}})
    assert answer.status_code == 200
    record = answer.json()
    kept = record["retention"]
    ready = datetime.fromisoformat(record["ready_at"])
    assert datetime.fromisoformat(kept["recording_until"]) == ready + timedelta(seconds=60)
    assert (kept["hold"], kept["recording"], kept["transcript"]) == (True, 60, None)
    back = (await change(server, id, {"retention": {"recording": None, "hold": False}})).json()
    default = server.settings.retention.recording
    until_then = datetime.fromisoformat(back["retention"]["recording_until"])
    assert until_then == ready + timedelta(seconds=default)
    assert back["retention"]["hold"] is False and back == await server.session(id)
    audit = await storage_of(server).audits.of(id)
    assert [entry.action for entry in audit] == ["retention", "retention"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "retention"),
        ({"retention": {}}, "retention"),
        ({"retention": {"recording": -1}}, "recording"),
        ({"retention": {"recording": "x"}}, "recording"),
        ({"retention": {"colour": 1}}, "colour"),
        ({"state": "ready"}, "state"),
        ([], "body"),
    ],
)
async def test_a_bad_change_names_its_field(server: Running, body: object, named: str) -> None:
    answer = await change(server, "any", body)
    assert problem(answer) == (422, "invalid")
    assert named in answer.json()["detail"]


async def test_a_restored_session_may_be_corrected_again(server: Running) -> None:
    id = await finished(server)
    await expired(server, id)
    assert (await server.session(id))["state"] == "expired"
    answer = await server.http.post(f"/v1/sessions/{id}/restore")
    assert (answer.status_code, answer.json()["state"]) == (200, "ready")
    assert datetime.fromisoformat(answer.json()["expires_at"]) > datetime.now(UTC)
    audit = await storage_of(server).audits.of(id)
    assert [(entry.actor, entry.action) for entry in audit] == [(OWNER, "restored")]


async def test_a_ready_session_gets_a_longer_window(server: Running) -> None:
    id = await finished(server)
    before = (await server.session(id))["expires_at"]
    after = (await server.http.post(f"/v1/sessions/{id}/restore")).json()["expires_at"]
    assert datetime.fromisoformat(after) > datetime.fromisoformat(before)


async def test_what_cannot_be_restored(server: Running) -> None:
    sessions = storage_of(server).sessions
    await sessions.create(a_session("open", state=SessionState.OPEN, node="x"))
    await sessions.create(a_session("purged", state=SessionState.PURGED))
    now = datetime.now(UTC)
    await sessions.create(
        a_session("due", state=SessionState.EXPIRED, ready_at=now, transcript_until=now)
    )
    for id, wanted in (
        ("open", (409, "wrong_state")),
        ("purged", (410, "gone")),
        ("due", (410, "gone")),
        ("nobody", (404, "not_found")),
    ):
        assert problem(await server.http.post(f"/v1/sessions/{id}/restore")) == wanted


async def test_an_erased_session_is_gone_but_for_its_audit(server: Running) -> None:
    id = await finished(server)
    storage = storage_of(server)
    assert await storage.objects.list(f"{OWNER}/{id}/")
    answer = await server.http.delete(f"/v1/sessions/{id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert problem(await server.http.delete(f"/v1/sessions/{id}")) == (404, "not_found")
    for path in ("", "/segments", "/recording", "/exports/txt"):
        assert problem(await server.get(f"/v1/sessions/{id}{path}"))[0] == 404
    assert await storage.objects.list(f"{OWNER}/{id}/") == []
    assert [entry.action for entry in await storage.audits.of(id)] == ["erased"]
    await until(lambda: id not in server.registry.ended)
    assert id not in await server.journals()


async def test_a_running_session_is_ended_and_erased(server: Running) -> None:
    async with server.connect() as live:
        id = live.welcome.session
        await live.send(TALK[:32_000])
        assert (await server.http.delete(f"/v1/sessions/{id}")).status_code == 204
        assert id not in server.registry.running
    assert (await server.get(f"/v1/sessions/{id}")).status_code == 404
    assert id not in await server.journals()


async def test_the_schema_has_the_types_of_all_routes(server: Running) -> None:
    schema = (await server.get("/schema/openapi.json")).json()
    paths, shown = schema["paths"], schema["components"]["schemas"]
    assert {"get", "delete", "patch"} == set(paths["/v1/sessions/{session_id}"])
    assert {"artifacts", "retention", "jobs", "expires_at"} <= set(
        shown["SessionView"]["properties"]
    )
    names = {each["name"] for each in paths["/v1/sessions"]["get"]["parameters"]}
    assert names == {"state", "kind", "q", "limit", "cursor"}
    refused = paths["/v1/sessions/{session_id}/segments/{number}"]["patch"]["responses"]
    assert {"409", "412", "428"} < set(refused)
