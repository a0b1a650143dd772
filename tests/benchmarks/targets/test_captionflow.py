"""Our own client as a target."""

import json

import pytest
from captionflow import ServerError
from captionflow.protocol import Ended, Final, Flushed, Partial, Welcome
from websockets.typing import Subprotocol

from benchmarks.targets.captionflow import CaptionFlow
from tests.benchmarks.peer import parrot

WORDS = [("red", 0.1, 0.2), ("fox", 0.25, 0.4)]


def target(url, **more):
    options = {"language": "en", "endpoint_ms": 700, "token": None, "model": None} | more
    return CaptionFlow(url, **options)


async def test_its_events_are_passed_on():
    async with parrot(WORDS, delay=0.1) as url, target(url).open() as talk:
        await talk.send(bytes(16_000))
        await talk.end()
        events = [event async for event in talk]
    assert isinstance(events[0], Welcome)
    assert [e.text for e in events if isinstance(e, Partial)][-1] == "red fox"
    assert [e.text for e in events if isinstance(e, Final)] == ["red fox"]
    assert isinstance(events[-1], Ended)


async def test_it_asks_for_what_it_was_made_with_and_numbers_its_flushes(serving):
    said = []

    async def converse(socket):
        said.append(json.loads(await socket.recv()))
        await socket.send(json.dumps({"type": "welcome", "session": "s"}))
        async for message in socket:
            said.append(json.loads(message))
            if said[-1]["type"] == "flush":
                answer = {"type": "flushed", "seq": len(said), "id": said[-1]["id"], "pos": 0}
            else:
                answer = {"type": "ended", "seq": 9, "pos": 0, "duration": 0.0}
            await socket.send(json.dumps(answer))

    async with (
        serving(converse, subprotocols=[Subprotocol("stt.v1")]) as url,
        target(url, model="small").open() as talk,
    ):
        await talk.flush()
        await talk.flush()
        await talk.end()
        flushed = [event.id async for event in talk if isinstance(event, Flushed)]
    hello = said[0]
    assert (hello["language"], hello["model"], hello["options"]["endpoint_ms"]) == (
        "en",
        "small",
        700,
    )
    assert flushed == ["1", "2"]


async def test_a_server_of_another_make_is_no_target(serving):
    async def converse(socket):
        await socket.wait_closed()

    async with serving(converse) as url:
        with pytest.raises(ServerError, match="stt.v1"):
            async with target(url).open():
                pass
