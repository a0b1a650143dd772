"""Handshakes: who is let in, and what the others are told."""

import json
from http import HTTPStatus

import captionflow
import pytest
from captionflow import ServerError
from websockets.asyncio.server import serve
from websockets.datastructures import Headers
from websockets.http11 import Response


async def refuse(status, headers=(), body=b""):
    """Connect to a server that answers the handshake so; returns the ServerError."""

    def answer(connection, request):
        fields = Headers([*headers, ("Content-Length", str(len(body)))])
        return Response(status, HTTPStatus(status).phrase, fields, body)

    async def never(socket):
        raise AssertionError("the handshake was to be refused")

    async with serve(never, "127.0.0.1", 0, process_request=answer) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ServerError) as failure:
            async with captionflow.connect(f"http://127.0.0.1:{port}", token="secret"):
                pass
    return failure.value


@pytest.mark.parametrize(
    ("status", "code"), [(401, "unauthorized"), (404, "not_a_server"), (418, "refused")]
)
async def test_refusals_have_names(status, code):
    error = await refuse(status)
    assert error.code == code
    assert f"HTTP {status}" in error.message
    assert "secret" not in str(error)


async def test_the_server_may_say_why_and_when_to_come_back():
    body = json.dumps({"title": "Busy", "detail": "8 of 8 sessions are open"}).encode()
    error = await refuse(503, [("Retry-After", "3")], body)
    assert (error.code, error.retry_after) == ("overloaded", 3.0)
    assert "8 of 8" in error.message


async def test_the_token_travels_as_a_subprotocol(peer):
    offered = []

    async def script(socket):
        offered.append(socket.request.headers["Sec-WebSocket-Protocol"])
        await socket.recv()
        await socket.send('{"type":"welcome","session":"s1"}')
        await socket.wait_closed()

    async with peer(script) as url, captionflow.connect(url, token="abc-1"):
        pass
    assert offered == ["stt.v1, bearer.abc-1"]


@pytest.mark.parametrize("token", ["", "a b", "ä", "a,b"])
async def test_a_token_that_no_header_can_carry(token):
    with pytest.raises(ValueError, match="token"):
        async with captionflow.connect("http://127.0.0.1:9", token=token):
            pass


async def test_a_server_without_the_subprotocol():
    async def silent(socket):
        await socket.wait_closed()

    async with serve(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ServerError, match="does not speak stt.v1"):
            async with captionflow.connect(f"http://127.0.0.1:{port}"):
                pass
