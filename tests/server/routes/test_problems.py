"""Errors as problem details: what is raised, and what a client gets of it."""

from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
import pytest
from litestar import Litestar, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.testing import AsyncTestClient

from server.routes.problems import CODES, HANDLERS, MEDIA_TYPE, Problem, Unchanged, answers
from storage.errors import (
    BadCursor,
    BadKey,
    Conflict,
    Expired,
    Missing,
    Taken,
    TooLarge,
    Unavailable,
)
from storage.lifecycle import IllegalMove
from storage.records import State

ERRORS: dict[str, tuple[Exception, int, str]] = {
    "own": (Problem(422, "unreadable_audio", "no", found={"codec": None}), 422, "unreadable_audio"),
    "away": (Unavailable("postgres://user:secret@host"), 503, "unavailable"),
    "missing": (Missing("no object secret/key"), 404, "not_found"),
    "conflict": (Conflict("at revision 3"), 409, "conflict"),
    "taken": (Taken("there is one"), 409, "taken"),
    "expired": (Expired("secret"), 409, "session_expired"),
    "cursor": (BadCursor("x"), 400, "bad_cursor"),
    "large": (TooLarge("x"), 413, "too_large"),
    "move": (IllegalMove(State.OPEN, State.EXPIRED), 409, "wrong_state"),
    "key": (BadKey("secret"), 500, "internal"),
    "bug": (ZeroDivisionError("secret"), 500, "internal"),
}


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    count: int


@get("/raise/{name:str}", sync_to_thread=False)
def fail(name: FromPath[str]) -> None:
    if name == "same":
        raise Unchanged('"a"')
    raise ERRORS[name][0]


@get("/limit", sync_to_thread=False)
def limited(
    limit: FromQuery[int], wanted: Annotated[int | None, QueryParameter(name="state")] = None
) -> int:
    return limit + (wanted or 0)


@post("/count", sync_to_thread=False)
def count(data: JSONBody[Wanted]) -> int:
    return data.count


@pytest.fixture
async def client() -> AsyncIterator[AsyncTestClient[Litestar]]:
    app = Litestar([fail, limited, count], exception_handlers=HANDLERS, logging_config=None)
    async with AsyncTestClient(app) as client:
        yield client


@pytest.mark.parametrize("name", ERRORS)
async def test_what_is_raised_has_a_status_and_a_code(
    client: AsyncTestClient[Litestar], name: str
) -> None:
    _, status, code = ERRORS[name]
    answer = await client.get(f"/raise/{name}")
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert answer.headers["content-type"].startswith(MEDIA_TYPE)
    assert {"type", "title", "detail"} <= set(body) and "secret" not in answer.text


async def test_a_problem_has_members_of_its_own(client: AsyncTestClient[Litestar]) -> None:
    assert (await client.get("/raise/own")).json()["found"] == {"codec": None}
    assert (await client.get("/raise/move")).json()["state"] == "open"


async def test_what_is_away_says_when_to_come_back(client: AsyncTestClient[Litestar]) -> None:
    assert int((await client.get("/raise/away")).headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({"count": "three"}, 422, "count"),
        ({"count": 1, "colour": "red"}, 422, "colour"),
        ({}, 422, "count"),
        ([], 422, "body"),
    ],
)
async def test_a_bad_body_names_its_field(
    client: AsyncTestClient[Litestar], sent: object, status: int, field: str
) -> None:
    answer = await client.post("/count", json=sent)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, "invalid")
    assert field in body["detail"] and body["errors"]


async def test_a_body_that_is_no_json_is_a_bad_request(client: AsyncTestClient[Litestar]) -> None:
    answer = await client.post("/count", content=b"{", headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize("query", ["?limit=many", ""])
async def test_a_bad_parameter_is_named(client: AsyncTestClient[Litestar], query: str) -> None:
    answer = await client.get(f"/limit{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert "limit" in answer.json()["detail"]


async def test_a_parameter_is_named_as_on_the_wire(client: AsyncTestClient[Litestar]) -> None:
    answer = await client.get("/limit?limit=1&state=x")
    assert answer.json()["errors"][0]["field"] == "state"


async def test_what_the_client_has_is_not_sent_again(client: AsyncTestClient[Litestar]) -> None:
    answer = await client.get("/raise/same")
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"a"')


async def test_paths_and_methods_that_are_not_there(client: AsyncTestClient[Litestar]) -> None:
    assert (await client.get("/nowhere")).json()["code"] == "not_found"
    wrong = await client.delete("/limit")
    assert wrong.json()["code"] == "method_not_allowed" and wrong.headers["allow"]


def test_the_schema_has_what_a_route_may_refuse() -> None:
    assert set(answers(404, 409)) == {400, 404, 409}
    assert {spec.media_type for spec in answers(404).values()} == {MEDIA_TYPE}


def test_every_code_is_a_word() -> None:
    assert all(400 <= status < 600 and code.isidentifier() for status, code in CODES.items())
