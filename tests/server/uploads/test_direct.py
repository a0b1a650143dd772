"""Files that come in a form, over HTTP: every kind that is taken, and that is not."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from server.parts import OWNER
from storage.records import State
from tests.server.shared import Running
from tests.server.uploads.shared import (
    FILE,
    FORM,
    FORM_LINE,
    SOUND,
    form,
    part,
    problem,
    raw,
    silence,
    slowly,
    storage_of,
    stored,
    take,
)


async def post(server: Running, body: Any, **headers: str) -> httpx.Response:
    return await server.http.post("/v1/jobs", content=body, headers={**FORM, **headers})


async def test_a_form_becomes_a_session_and_its_job(server: Running) -> None:
    answer = await take(
        server, language="en-GB", task="translate", hotwords="Ada", **{"retention.recording": "60"}
    )
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert set(told) == {"job_id", "session_id", "status"} and told["status"] == "queued"
    session = await storage_of(server).sessions.get(OWNER, told["session_id"])
    assert session is not None and session.upload is not None
    assert (session.kind, session.state, session.filename) == ("upload", State.QUEUED, "a.wav")
    assert session.upload.sha256 == hashlib.sha256(SOUND).hexdigest()
    assert session.upload.bytes == len(SOUND)
    assert session.options == {
        "language": "en",
        "model": "base",
        "task": "translate",
        "hotwords": ["Ada"],
        "words": True,
    }
    assert (session.language, session.retention.recording) == ("en", 60)
    assert await stored(server) == [session.upload.key]


@pytest.mark.parametrize("first", [True, False])
async def test_fields_may_come_before_or_after_the_file(server: Running, first: bool) -> None:
    fields = [part("language", "de"), part("hotwords", "Ada"), part("hotwords", "Grace")]
    parts = [*fields, FILE] if first else [FILE, *fields]
    answer = await post(server, slowly([form(*parts)]))
    session = await storage_of(server).sessions.get(OWNER, answer.json()["session_id"])
    assert session is not None and session.language == "de"
    assert session.options["hotwords"] == ["Ada", "Grace"]


@pytest.mark.parametrize(
    ("parts", "status", "code", "said"),
    [
        ([part("language", "en")], 400, "no_file", "file"),
        ([FILE, FILE], 400, "several_files", "file"),
        ([FILE, part("other", b"1", "b.wav")], 400, "bad_form", "other"),
        ([FILE, part("colour", "red")], 422, "invalid", "colour"),
        ([part("colour", "red"), FILE], 422, "invalid", "colour"),
        ([FILE, part("language", "xx")], 422, "invalid", "language"),
        ([FILE, part("language", "en"), part("language", "de")], 422, "invalid", "language"),
        ([FILE, part("model", "none-such")], 422, "invalid", "model"),
        ([FILE, part("diarize", "true")], 422, "invalid", "diarize"),
        ([FILE, part("words", "perhaps")], 422, "invalid", "words"),
        ([FILE, part("task", "sing")], 422, "invalid", "task"),
        ([FILE, part("retention", "1")], 422, "invalid", "retention"),
        ([FILE, part("retention.recording", "-1")], 422, "invalid", "retention.recording"),
        ([FILE, part("retention.colour", "1")], 422, "invalid", "retention.colour"),
        ([FILE, part("language", b"\xff")], 400, "bad_form", "language"),
        ([FILE, part("language", b"x" * 5000)], 413, "bad_form", "language"),
        ([part("hotwords", "x")] * 200, 413, "bad_form", "form"),
        ([part("file", b"", "a.wav")], 422, "unreadable_audio", "empty"),
        ([part("file", b"%PDF-1.7 " * 99, "a.wav")], 422, "unreadable_audio", "PDF"),
        ([part("file", SOUND, "a.wav", "a\x01b")], 422, "invalid", "file"),
    ],
)
async def test_a_form_that_is_not_taken(
    server: Running, parts: list[bytes], status: int, code: str, said: str
) -> None:
    told = problem(await post(server, form(*parts)), status, code)
    assert said in told["detail"]
    assert await stored(server) == []
    assert (await server.get("/v1/jobs")).json()["jobs"] == []


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (form(FILE)[:-10], FORM["content-type"], 400, "bad_form"),
        (FILE[:200], FORM["content-type"], 400, "bad_form"),
        (b"", FORM["content-type"], 400, "bad_form"),
        (b"nonsense" * 999, FORM["content-type"], 400, "bad_form"),
        (form(FILE), "multipart/form-data", 400, "bad_form"),
        (form(FILE), "multipart/form-data; boundary=" + "x" * 99, 400, "bad_form"),
        (SOUND, "audio/wav", 415, "unsupported_media_type"),
        (b"file=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"{}", "application/json", 415, "unsupported_media_type"),
    ],
)
async def test_a_body_that_is_no_form(
    server: Running, body: bytes, kind: str, status: int, code: str
) -> None:
    problem(await post(server, body, **{"content-type": kind}), status, code)
    assert await stored(server) == []


async def test_a_file_that_is_too_large_is_refused_on_the_way(server: Running) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield part("file", b"", "a.wav")[:-2]
        for _ in range(64):
            yield b"\0" * 1_000_000

    problem(await post(server, endless()), 413, "too_large")
    answer = await raw(server, "/v1/jobs", b"", FORM_LINE, "content-length: 999999999999")
    problem(answer, 413, "too_large")
    assert await stored(server) == []


async def test_audio_that_is_too_long_by_its_own_account_is_refused(server: Running) -> None:
    told = problem(await take(server, silence(61)), 413, "too_long")
    assert told["found"]["seconds"] == 61
    assert await stored(server) == []
    assert (await take(server, silence(59))).status_code == 202


async def test_a_client_that_says_nothing_is_given_up(server: Running) -> None:
    body = form(FILE)
    length = f"content-length: {len(body)}"
    problem(await raw(server, "/v1/jobs", body[:-50], FORM_LINE, length), 408, "too_slow")
    assert await stored(server) == []
