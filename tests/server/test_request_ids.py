import re

from tests.server.shared import Running


async def test_every_answer_has_an_id(server: Running) -> None:
    seen = set()
    for path in ("/health/live", "/nowhere", "/v1/sessions/x", "/metrics"):
        id = (await server.get(path)).headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{16}", id)
        seen.add(id)
    assert len(seen) == 4


async def test_a_sane_id_is_kept_and_any_other_replaced(server: Running) -> None:
    for sent, kept in (("abc-1.2_X", True), ("a" * 64, True), ("a" * 65, False), ("a b", False)):
        answer = await server.get("/health/live", **{"X-Request-ID": sent})
        assert (answer.headers["x-request-id"] == sent) is kept
