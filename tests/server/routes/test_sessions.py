"""What is kept of a session, over HTTP."""

import json

import pytest

from tests.server.shared import Running, pcm, talk

TALK = pcm("...." + "#" * 15 + "." * 10)


async def finished(server: Running) -> str:
    async with server.connect() as live:
        await talk(live, TALK)
    return str((await server.over(live.welcome.session))["id"])


async def test_a_session_its_exports_and_its_recording(server: Running) -> None:
    id = await finished(server)
    record = await server.session(id)
    assert record["kind"] == "live" and record["created_at"] < record["ended_at"]
    text = await server.get(f"/v1/sessions/{id}/exports/txt")
    assert (text.text.strip(), text.headers["content-type"]) == (
        "w1 w2 w3 w4 w5",
        "text/plain; charset=utf-8",
    )
    srt = (await server.get(f"/v1/sessions/{id}/exports/srt")).text
    assert srt.startswith("1\n00:00:00,") and "w1 w2 w3 w4 w5" in srt
    assert (await server.get(f"/v1/sessions/{id}/exports/vtt")).text.startswith("WEBVTT")
    full = json.loads((await server.get(f"/v1/sessions/{id}/exports/json")).text)
    assert full["segments"][0]["text"] == "w1 w2 w3 w4 w5"


async def test_parts_of_a_recording(server: Running) -> None:
    id = await finished(server)
    path = f"/v1/sessions/{id}/recording"
    whole = await server.get(path)
    assert whole.status_code == 200 and whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["content-type"] == "audio/flac" and whole.content[:4] == b"fLaC"
    size = len(whole.content)
    assert int(whole.headers["content-length"]) == size
    part = await server.get(path, range="bytes=4-99")
    assert part.status_code == 206 and part.content == whole.content[4:100]
    assert part.headers["content-range"] == f"bytes 4-99/{size}"
    assert (await server.get(path, range="bytes=-7")).content == whole.content[-7:]
    beyond = await server.get(path, range=f"bytes={size}-")
    assert beyond.status_code == 416 and beyond.headers["content-range"] == f"bytes */{size}"
    assert beyond.headers["content-type"] == "application/problem+json"


async def test_while_a_session_runs_there_is_a_record_and_no_recording(server: Running) -> None:
    async with server.connect() as live:
        id = live.welcome.session
        assert (await server.session(id))["state"] == "open"
        assert (await server.get(f"/v1/sessions/{id}/recording")).status_code == 404
        await talk(live, TALK)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/sessions/nobody",
        "/v1/sessions/no%00body",
        "/v1/sessions/nobody/recording",
        "/v1/sessions/nobody/exports/txt",
        "/nowhere",
    ],
)
async def test_what_is_not_there_is_a_problem(server: Running, path: str) -> None:
    answer = await server.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404 and answer.json()["title"]


async def test_an_unknown_export_names_those_there_are(server: Running) -> None:
    id = await finished(server)
    answer = await server.get(f"/v1/sessions/{id}/exports/docx")
    assert answer.status_code == 404
    assert "docx" in answer.json()["title"] and "srt" in answer.json()["title"]
