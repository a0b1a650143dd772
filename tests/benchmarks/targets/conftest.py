"""Real WebSocket servers with a script, and recorded conversations to tell to a wire."""

import json
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

RECORDED = Path(__file__).parent / "recorded"


@pytest.fixture
def serving():
    """`async with serving(converse) as url`: a server that has `converse(socket)` with each."""

    @asynccontextmanager
    async def start(converse, **options):
        async def handle(socket):
            try:
                await converse(socket)
            except ConnectionClosed:
                return

        async with serve(handle, "127.0.0.1", 0, close_timeout=1, **options) as server:
            yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    return start


@pytest.fixture
def recorded():
    """What a server said, message by message; None where the client ended the audio."""

    def read(name):
        lines = map(json.loads, (RECORDED / f"{name}.jsonl").read_text().splitlines())
        return [None if line == {"end": True} else json.dumps(line) for line in lines]

    return read


@pytest.fixture
def told():
    """Tell a wire a recorded conversation; all events that it made of it."""

    def tell(wire, messages):
        events = []
        for message in messages:
            if message is None:
                wire.ending()
            else:
                events += wire.heard(message)
        return events

    return tell
