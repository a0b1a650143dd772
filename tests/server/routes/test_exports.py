"""The files of a session over HTTP: its text as it is now, its recording, whole or in parts."""

import json

import pytest

from tests.server.routes.shared import SAID, finished, problem, storage_of
from tests.server.shared import Running

TYPES = {
    "txt": "text/plain; charset=utf-8",
    "srt": "application/x-subrip",
    "vtt": "text/vtt; charset=utf-8",
    "json": "application/json",
}


async def test_a_transcript_in_every_format(server: Running) -> None:
    id = await finished(server)
    got = {kind: await server.get(f"/v1/sessions/{id}/exports/{kind}") for kind in TYPES}
    assert {kind: answer.headers["content-type"] for kind, answer in got.items()} == TYPES
    assert got["txt"].text.splitlines() == SAID
    assert got["srt"].text.startswith("1\n00:00:00,") and SAID[0] in got["srt"].text
    assert got["vtt"].text.startswith("WEBVTT")
    assert [each["text"] for each in json.loads(got["json"].text)["segments"]] == SAID


async def test_a_corrected_segment_is_exported_at_its_times(server: Running) -> None:
    id = await finished(server)
    before = (await server.get(f"/v1/sessions/{id}/exports/srt")).text
    await server.http.patch(
        f"/v1/sessions/{id}/segments/0", json={"text": "Better"}, headers={"if-match": '"1"'}
    )
    after = (await server.get(f"/v1/sessions/{id}/exports/srt")).text
    assert "Better" in after and SAID[0] not in after
    segment = (await server.get(f"/v1/sessions/{id}/segments/0")).json()
    start = after.splitlines()[1].partition(" ")[0].replace(",", ".")
    assert float(start.rpartition(":")[2]) == pytest.approx(segment["start"], abs=0.002)
    stored = {each.name: each for each in await storage_of(server).artifacts.list(id)}
    pieces = [it async for it in storage_of(server).objects.open(stored["transcript.srt"].key)]
    assert b"".join(pieces).decode() == before  # an artifact stays what was delivered


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
    assert problem(beyond) == (416, "range_not_satisfiable")
    assert beyond.headers["content-range"] == f"bytes */{size}"


async def test_a_recording_has_its_digest_as_its_tag(server: Running) -> None:
    id = await finished(server)
    path = f"/v1/sessions/{id}/recording"
    head = await server.http.head(path)
    record = await server.session(id)
    artifact = next(each for each in record["artifacts"] if each["name"] == "recording")
    tag = head.headers["etag"]
    assert (head.status_code, head.content, tag) == (200, b"", f'"{artifact["sha256"]}"')
    assert int(head.headers["content-length"]) == artifact["bytes"]
    ranged = {"range": "bytes=0-3"}
    same = await server.http.get(path, headers={**ranged, "if-range": tag})
    assert (same.status_code, same.content) == (206, b"fLaC")
    other = await server.http.get(path, headers={**ranged, "if-range": '"other"'})
    assert (other.status_code, len(other.content)) == (200, artifact["bytes"])
    assert (await server.http.head(path, headers=ranged)).status_code == 206
    unchanged = await server.http.get(path, headers={"if-none-match": tag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


async def test_while_a_session_runs_there_is_no_recording(server: Running) -> None:
    async with server.connect() as live:
        id = live.welcome.session
        assert (await server.session(id))["state"] == "open"
        answer = await server.get(f"/v1/sessions/{id}/recording")
        assert problem(answer) == (404, "no_recording")
        assert (await server.get(f"/v1/sessions/{id}/exports/txt")).text == ""


@pytest.mark.parametrize("path", ["nobody/recording", "nobody/exports/txt", "no%00body/recording"])
async def test_there_is_nothing_of_what_is_not_there(server: Running, path: str) -> None:
    assert problem(await server.get(f"/v1/sessions/{path}")) == (404, "not_found")


async def test_an_unknown_export_names_those_there_are(server: Running) -> None:
    id = await finished(server)
    answer = await server.get(f"/v1/sessions/{id}/exports/docx")
    assert problem(answer) == (404, "unknown_export")
    assert "docx" in answer.json()["detail"] and "srt" in answer.json()["detail"]


async def test_a_recording_that_is_not_kept_any_more_is_gone(server: Running) -> None:
    id = await finished(server)
    await storage_of(server).sweep.forget_recordings([id])
    assert problem(await server.get(f"/v1/sessions/{id}/recording")) == (410, "gone")
    assert (await server.get(f"/v1/sessions/{id}/exports/txt")).status_code == 200
