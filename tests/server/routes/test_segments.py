"""Segments over HTTP: read, corrected by who has seen them, with all that they were before."""

import asyncio
from typing import Any

import httpx
import pytest

from server.parts import OWNER
from storage.records import State as SessionState
from tests.server.routes.shared import SAID, expired, finished, problem, storage_of
from tests.server.shared import Running


def path(id: str, number: int | str = "") -> str:
    return f"/v1/sessions/{id}/segments" + (f"/{number}" if number != "" else "")


async def correct(
    server: Running, id: str, number: int | str = 0, tag: str | None = '"1"', **body: Any
) -> httpx.Response:
    headers = {} if tag is None else {"if-match": tag}
    return await server.http.patch(path(id, number), json=body, headers=headers)


async def segments(server: Running, id: str) -> list[dict[str, Any]]:
    answer = await server.get(path(id))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["segments"]
    return found


async def test_segments_are_read_with_their_words_and_times(server: Running) -> None:
    id = await finished(server)
    first, second = await segments(server, id)
    assert [first["text"], second["text"]] == SAID
    assert [first["number"], second["number"]] == [0, 1]
    assert 0 < first["start"] < first["end"] < second["start"] < second["end"]
    assert [word["text"] for word in first["words"]] == SAID[0].split()
    assert first["words"][0]["start"] == pytest.approx(0.3)
    assert (first["revision"], first["edited"], first["original"]) == (1, False, None)
    assert first["language"] == "en" and first["confidence"] == pytest.approx(0.9)


async def test_a_tag_says_whether_anything_has_changed(server: Running) -> None:
    id = await finished(server)
    tag = (await server.get(path(id))).headers["etag"]
    same = await server.http.get(path(id), headers={"if-none-match": tag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert (await correct(server, id, text="other")).status_code == 200
    changed = await server.http.get(path(id), headers={"if-none-match": tag})
    assert changed.status_code == 200 and changed.headers["etag"] != tag


async def test_a_correction_keeps_the_original_and_its_author(server: Running) -> None:
    id = await finished(server)
    assert (await server.get(path(id, 0))).headers["etag"] == '"1"'
    first = await correct(server, id, text="One two.")
    assert first.status_code == 200 and first.headers["etag"] == '"2"'
    body = first.json()
    assert (body["text"], body["words"], body["revision"]) == ("One two.", [], 2)
    assert (body["edited"], body["original"]) == (True, SAID[0])
    second = await correct(server, id, tag='"2"', text="One, two.", speaker="Ann")
    assert second.json()["original"] == SAID[0] and second.json()["speaker"] == "Ann"
    assert (await server.get(path(id, 0))).json() == second.json()
    history = (await server.get(path(id, "0/history"))).json()["history"]
    assert [(each["revision"], each["text"], each["author"]) for each in history] == [
        (1, SAID[0], OWNER),
        (2, "One two.", OWNER),
    ]
    assert (await segments(server, id))[1]["edited"] is False
    text = (await server.get(f"/v1/sessions/{id}/exports/txt")).text
    assert text == f"Ann: One, two.\n{SAID[1]}\n"


async def test_only_who_has_seen_the_present_text_may_correct_it(server: Running) -> None:
    id = await finished(server)
    assert problem(await correct(server, id, tag=None, text="x"))[0] == 428
    answers = await asyncio.gather(*(correct(server, id, text=f"text {n}") for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    stale = next(answer for answer in answers if answer.status_code == 412)
    assert stale.headers["etag"] == '"2"' and stale.json()["revision"] == 2
    for tag in ('W/"2"', '"x"', "", '"1"'):
        assert problem(await correct(server, id, tag=tag, text="y"))[0] == 412
    assert (await correct(server, id, tag='"1", "2"', text="y")).status_code == 200
    assert (await correct(server, id, tag="*", text="z")).json()["revision"] == 4


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "text"),
        ({"colour": "red"}, "colour"),
        ({"text": 3}, "text"),
        ({"text": None}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"speaker": "x" * 101}, "speaker"),
        ({"speaker": "A\nB"}, "speaker"),
    ],
)
async def test_a_bad_correction_names_its_field(
    server: Running, body: dict[str, Any], named: str
) -> None:
    answer = await correct(server, "any", **body)
    assert problem(answer) == (422, "invalid")
    assert named in answer.json()["detail"]


async def test_segments_that_are_not_there(server: Running) -> None:
    id = await finished(server)
    for number in (2, 2**31 - 1):
        assert problem(await correct(server, id, number, text="x")) == (404, "not_found")
        assert problem(await server.get(path(id, number))) == (404, "not_found")
    assert problem(await server.get(path(id, "9/history"))) == (404, "not_found")
    assert problem(await server.get(path(id, 2**31)))[0] == 400
    for of_session in (path("nobody"), path("nobody", 0), path("nobody", "0/history")):
        assert problem(await server.get(of_session)) == (404, "not_found")
    assert problem(await correct(server, "nobody", text="x")) == (404, "not_found")


async def test_after_the_window_nothing_is_corrected_until_it_is_restored(server: Running) -> None:
    id = await finished(server)
    await expired(server, id)
    answer = await correct(server, id, text="late")
    assert problem(answer) == (409, "session_expired") and answer.json()["expires_at"]
    assert (await segments(server, id))[0]["text"] == SAID[0]
    await server.http.post(f"/v1/sessions/{id}/restore")
    assert (await correct(server, id, text="in time")).status_code == 200


async def test_what_still_runs_is_not_corrected(server: Running) -> None:
    async with server.connect() as live:
        answer = await correct(server, live.welcome.session, text="x")
        assert problem(answer) == (409, "wrong_state") and answer.json()["state"] == "open"


async def test_a_transcript_that_is_not_kept_any_more_is_gone(server: Running) -> None:
    id = await finished(server)
    await storage_of(server).sweep.forget_transcripts([id])
    for at in (path(id), path(id, 0), f"/v1/sessions/{id}/exports/srt"):
        assert problem(await server.get(at)) == (410, "gone")
    await storage_of(server).sweep.forget_recordings([id])
    assert (await server.session(id))["state"] == SessionState.PURGED.value
    assert problem(await correct(server, id, text="x")) == (410, "gone")
