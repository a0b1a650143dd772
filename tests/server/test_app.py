"""The composition root: what an app answers when something of ours is broken."""

from typing import Any

from tests.server.shared import Running, raw
from tests.storage.shared import python


async def test_a_failure_of_ours_is_a_problem_without_its_story(server: Running) -> None:
    server.registry.parts.storage.sessions.get = broken  # type: ignore[method-assign]
    answer = await server.get("/v1/sessions/x")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "internal" and "secret" not in answer.text
    assert answer.headers["x-request-id"]


async def broken(*_: Any) -> None:
    raise ValueError("a secret")


async def test_other_methods_are_refused(server: Running) -> None:
    answer = await server.http.post("/health/live")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_interface_describes_itself(server: Running) -> None:
    schema = (await server.get("/schema/openapi.json")).json()
    assert "/v1/sessions/{session_id}/recording" in schema["paths"]


async def test_a_client_may_offer_a_token_beside_the_protocol(server: Running) -> None:
    async with server.connect(token="abc") as live:
        assert live.welcome.resumed is False and len(live.welcome.token) >= 20
    async with raw(server.url) as client:
        assert client.socket.subprotocol == "stt.v1"


OPTIONAL = """
import sys
import server.app, server.commands.worker
heavy = "alembic", "sqlalchemy", "redis", "minio", "ctranslate2", "faster_whisper"
print([name for name in heavy if name in sys.modules])
"""


def test_what_not_every_start_needs_is_not_imported_at_once() -> None:
    process = python(OPTIONAL)
    assert process.communicate(timeout=60) == ("[]\n", None)
