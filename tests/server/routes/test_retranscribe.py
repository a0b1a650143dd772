"""A session that is heard once more, by the worker in the server, from its recording."""

import asyncio
from typing import Any

import pytest

from server.parts import OWNER
from storage.records import State as SessionState
from tests.fakes import scripted
from tests.server.routes.shared import SAID, expired, finished, problem, storage_of
from tests.server.shared import Running, until


async def done(server: Running, id: str) -> dict[str, Any]:
    async def over() -> bool:
        return (await server.get(f"/v1/jobs/{id}")).json()["status"] not in BUSY

    await until(over)
    job: dict[str, Any] = (await server.get(f"/v1/jobs/{id}")).json()
    return job


BUSY = ("queued", "processing")


async def again(server: Running, id: str, **body: Any) -> Any:
    return await server.http.post(f"/v1/sessions/{id}/retranscribe", json=body)


async def texts(server: Running, id: str) -> list[str]:
    segments = (await server.get(f"/v1/sessions/{id}/segments")).json()["segments"]
    return [each["text"] for each in segments]


async def test_the_old_text_stays_until_the_new_one_is_there(server: Running) -> None:
    id = await finished(server)
    await server.http.patch(
        f"/v1/sessions/{id}/segments/0", json={"text": "Corrected"}, headers={"if-match": '"1"'}
    )
    before = await server.session(id)
    server.model.script = scripted("...." + "#" * 15, "neu ganz neu")
    server.model.hold()
    answer = await again(server, id, language="de")
    assert (answer.status_code, answer.json()["session_id"]) == (202, id)
    await server.model.is_in()
    during = await server.session(id)
    assert during["state"] == "ready" and during["jobs"] == [answer.json()["id"]]
    assert await texts(server, id) == ["Corrected", SAID[1]]
    server.model.release()
    assert (await done(server, answer.json()["id"]))["status"] == "completed"
    assert await texts(server, id) == ["neu ganz neu"]
    first = (await server.get(f"/v1/sessions/{id}/segments/0")).json()
    assert (first["revision"], first["edited"]) == (3, False)
    after = await server.session(id)
    assert (after["state"], after["language"]) == ("ready", "de")
    assert after["duration"] == pytest.approx(before["duration"], abs=0.01)
    digests = [
        {each["name"]: each["sha256"] for each in record["artifacts"]} for record in (before, after)
    ]
    assert digests[0]["recording"] == digests[1]["recording"]
    assert digests[0]["transcript.txt"] != digests[1]["transcript.txt"]
    assert (await server.get(f"/v1/sessions/{id}/exports/txt")).text == "neu ganz neu\n"


async def test_an_expired_session_stays_expired(server: Running) -> None:
    id = await finished(server)
    await expired(server, id)
    job = (await again(server, id)).json()
    assert (await done(server, job["id"]))["status"] == "completed"
    assert (await server.session(id))["state"] == "expired"
    assert " ".join(await texts(server, id)) == " ".join(SAID)


async def test_of_several_who_ask_at_the_same_time_one_has_the_job(server: Running) -> None:
    id = await finished(server)
    server.model.hold()
    answers = await asyncio.gather(*(again(server, id) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]
    busy = next(answer for answer in answers if answer.status_code == 409)
    job = next(answer for answer in answers if answer.status_code == 202).json()["id"]
    assert problem(busy) == (409, "job_running") and busy.json()["job_id"] == job
    server.model.release()
    assert (await done(server, job))["status"] == "completed"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"model": "huge"}, "model"),
        ({"language": "xx"}, "language"),
        ({"language": 3}, "language"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_bad_wish_is_named(server: Running, body: dict[str, Any], named: str) -> None:
    id = await finished(server)
    answer = await again(server, id, **body)
    assert problem(answer) == (422, "invalid") and named in answer.json()["detail"]
    assert (await server.session(id))["jobs"] == []


async def test_what_cannot_be_heard_again(server: Running) -> None:
    assert problem(await again(server, "nobody")) == (404, "not_found")
    async with server.connect() as live:
        answer = await again(server, live.welcome.session)
        assert problem(answer) == (409, "wrong_state")
    id = await finished(server)
    await storage_of(server).sweep.forget_recordings([id])
    assert problem(await again(server, id)) == (410, "gone")
    found = await storage_of(server).sessions.get(OWNER, id)
    assert found is not None and found.state is SessionState.READY
