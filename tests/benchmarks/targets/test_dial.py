"""What is said when there is no socket to be had."""

import asyncio
import socket
from http import HTTPStatus

import pytest
from captionflow import ServerError

from benchmarks.targets.dial import dial


async def refusal(address):
    with pytest.raises(ServerError) as caught:
        await dial(address, {})
    return caught.value


async def test_headers_reach_the_server(serving):
    async def converse(socket):
        await socket.send(socket.request.headers["Authorization"])

    async with serving(converse) as url:
        connection = await dial(url, {"Authorization": "Bearer k"})
        assert await connection.recv() == "Bearer k"
        await connection.close()


async def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as placeholder:
        port = placeholder.getsockname()[1]
    error = await refusal(f"ws://127.0.0.1:{port}")
    assert error.code == "unreachable"
    assert error.message.startswith(f"cannot reach ws://127.0.0.1:{port}: ")


async def test_a_refusal_is_told_with_the_servers_words(serving):
    async def unused(socket):
        """Never called."""

    def refuse(connection, request):
        return connection.respond(HTTPStatus.UNAUTHORIZED, "no key, no words\n" + "x" * 1000)

    async with serving(unused, process_request=refuse) as url:
        error = await refusal(url)
    assert error.code == "refused"
    assert "(HTTP 401): no key, no words" in error.message
    assert len(error.message) < 400


async def test_something_that_is_no_websocket():
    async def babble(reader, writer):
        writer.write(b"220 mail ready\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as server:
        error = await refusal(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert error.code == "not_a_server"
    assert "does not answer as a WebSocket" in error.message
