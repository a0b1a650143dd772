"""A server's HTTP answers, by whatever address people give."""

import pytest
from captionflow import ServerError

from server.commands import ask
from tests.server.shared import Running, pcm, talk


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("http://a:1", "http://a:1/v1/sessions/x"),
        ("wss://a/v1/stream?x=1", "https://a/v1/sessions/x"),
        ("ws://[::1]:9/", "http://[::1]:9/v1/sessions/x"),
    ],
)
def test_addresses(url, wanted):
    assert ask.session_address(url, "x") == wanted


async def test_a_session_that_is_ready(server: Running):
    async with server.connect() as live:
        await talk(live, pcm("...######......"))
    id = live.welcome.session
    record = await ask.finished(server.url, id, 15)
    assert record == await server.session(id)
    assert record["state"] == "ready"
    assert await ask.text(server.url, f"/v1/sessions/{id}/exports/txt") == "w1 w2\n"


async def test_a_session_that_is_not_ready_is_not_waited_for_for_ever(server: Running):
    async with server.connect() as live:
        with pytest.raises(ServerError, match="is open after 0.2 s"):
            await ask.finished(server.url, live.welcome.session, 0.2)


async def test_what_is_not_there(server: Running):
    with pytest.raises(ServerError, match="404"):
        await ask.session(server.url, "nothing")
    with pytest.raises(ServerError, match="cannot reach"):
        await ask.session("http://127.0.0.1:9", "x")
