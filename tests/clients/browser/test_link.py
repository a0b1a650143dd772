"""One connection after the other, with a peer that follows a script: who closes, how, and what the
page makes of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from playwright.async_api import Page
from websockets.asyncio.server import ServerConnection

from tests.browser.watch import Watch
from tests.clients.browser.speaker import Speaker
from tests.server.shared import WAIT, until

WELCOME = {
    "type": "welcome",
    "session": "s1",
    "token": "t1",
    "resumed": False,
    "received": 0,
    "settled": 0,
    "seq": 0,
    "after": 0,
    "max_ahead_s": 30,
    "max_frame": 65536,
}

Script = Callable[[ServerConnection], Awaitable[None]]
Plays = Callable[[Script], AbstractAsyncContextManager[str]]


@pytest.fixture
def speaker(page: Page, watch: Watch) -> Speaker:
    watch.allow("WebSocket connection")
    watch.allow("favicon.ico")
    return Speaker(page)


class Peer:
    """A server for one page: connections come in the order of its scripts."""

    def __init__(self, *scripts: Callable[["Peer", ServerConnection], Awaitable[None]]) -> None:
        self.scripts = list(scripts)
        self.hellos: list[dict[str, Any]] = []
        self.said: list[Any] = []  # of all connections, after their hello

    async def __call__(self, socket: ServerConnection) -> None:
        self.hellos.append(json.loads(await socket.recv()))
        await self.scripts[min(len(self.hellos), len(self.scripts)) - 1](self, socket)

    async def hears(self, socket: ServerConnection, count: int = 1) -> None:
        """So many messages; pings do not count."""
        while count:
            message = await socket.recv()
            if isinstance(message, str):
                message = json.loads(message)
                if message["type"] == "ping":
                    continue
            self.said.append(message)
            count -= 1


async def tell(socket: ServerConnection, type: str, **fields: Any) -> None:
    await socket.send(json.dumps({"type": type, **fields}))


async def greet(socket: ServerConnection, **changes: Any) -> None:
    await socket.send(json.dumps({**WELCOME, **changes}))


async def final(socket: ServerConnection, seq: int, seg: int, first: int, last: int) -> None:
    """Words of a clock, half a second each."""
    words = [{"word": f" w{it}", "start": it / 2, "end": (it + 1) / 2} for it in range(first, last)]
    text = " ".join(f"w{it}" for it in range(first, last))
    await tell(
        *(socket, "final"), seq=seq, seg=seg, start=first / 2, end=last / 2, text=text, words=words
    )


async def finish(socket: ServerConnection, seq: int, pos: int = 0) -> None:
    await tell(socket, "ended", seq=seq, pos=pos, duration=pos / 32_000)
    await socket.wait_closed()


async def waits(_: Peer, socket: ServerConnection) -> None:
    await greet(socket)
    await socket.wait_closed()


def closes(code: int, **error: Any) -> Callable[[Peer, ServerConnection], Awaitable[None]]:
    async def script(peer: Peer, socket: ServerConnection) -> None:
        await greet(socket, resumed=len(peer.hellos) > 1)
        if error:
            await tell(socket, "error", fatal=True, **error)
        await socket.close(code, "the reason")

    return script


@pytest.mark.parametrize("code", [1000, 1009, 4400, 4401, 4403, 4409])
async def test_closes_after_which_nobody_comes_back(
    peer: Plays, speaker: Speaker, code: int
) -> None:
    served = Peer(closes(code))
    async with peer(served) as url:
        await speaker.opens(url)
        await speaker.becomes("failed")
    assert len(served.hellos) == 1
    assert "the reason" in (await speaker.told("state"))[-1]["message"]


@pytest.mark.parametrize("code", [1001, 1011, 1012, 4408, 4410, 4429])
async def test_closes_after_which_a_session_goes_on(
    peer: Plays, speaker: Speaker, code: int
) -> None:
    async def again(served: Peer, socket: ServerConnection) -> None:
        await greet(socket, resumed=True, token="t2", received=2, seq=3, after=3)
        await served.hears(socket, 2)
        await finish(socket, 4, 6)

    async def first(served: Peer, socket: ServerConnection) -> None:
        await greet(socket)
        await served.hears(socket)
        await tell(socket, "speech_start", seq=3, seg=0, at=0.0)
        await socket.close(code)

    served = Peer(first, again)
    async with peer(served) as url:
        await speaker.opens(url)
        await speaker.says(b"abcdef", pause=0)
        await speaker.hears(2, "state")
        await speaker.ends()
    assert served.hellos[1]["resume"] == {"session": "s1", "token": "t1", "seq": 3}
    assert served.said == [
        b"\x01" + bytes(8) + b"abcdef",
        b"\x01" + bytes(7) + b"\x02cdef",
        {"type": "end", "pos": 6},
    ]


async def test_a_server_without_room_is_given_the_time_that_it_wants(
    peer: Plays, speaker: Speaker
) -> None:
    async def busy(served: Peer, socket: ServerConnection) -> None:
        await tell(socket, "error", code="overloaded", message="no room", fatal=True, retry_after=1)
        await socket.close(1013)

    async def back(served: Peer, socket: ServerConnection) -> None:
        await greet(socket, resumed=True)
        await finish(socket, 1)

    served = Peer(closes(1012), busy, back)
    async with peer(served) as url:
        await speaker.opens(url)
        await speaker.becomes("ended")
    lost = [each for each in await speaker.told("state") if each["state"] == "reconnecting"]
    assert [(each["reason"], each["retryIn"]) for each in lost] == [
        ("restarting", 0),
        ("overloaded", 1),
    ]


async def test_a_server_without_room_from_the_start_is_not_waited_for(
    peer: Plays, speaker: Speaker
) -> None:
    async def busy(served: Peer, socket: ServerConnection) -> None:
        await tell(socket, "error", code="overloaded", message="no room", fatal=True, retry_after=5)
        await socket.close(1013)

    async with peer(Peer(busy)) as url:
        await speaker.begins(url)
        outcome = await speaker.attempts("live.open()")
    assert outcome["failed"] == {
        **{"name": "ConnectionFailed", "code": "overloaded", "message": "no room"},
        **{"retryAfter": 5, "close": 1013},
    }


async def test_a_token_goes_as_a_subprotocol_and_a_bad_one_is_told(
    peer: Plays, speaker: Speaker
) -> None:
    offered = []

    async def script(socket: ServerConnection) -> None:
        assert socket.request is not None
        offered.append(socket.request.headers["Sec-WebSocket-Protocol"])
        await socket.close(4401, "no such token")

    async with peer(script) as url:
        await speaker.begins(url, token="abc")
        failed = (await speaker.attempts("live.open()"))["failed"]
    assert offered == ["stt.v1, bearer.abc"]
    assert (failed["code"], failed["close"]) == ("unauthorized", 4401)


async def test_a_forgotten_session_is_another_one_from_what_is_settled(
    peer: Plays, speaker: Speaker
) -> None:
    async def first(served: Peer, socket: ServerConnection) -> None:
        await greet(socket)
        await served.hears(socket)
        await final(socket, 1, 0, 0, 1)
        await tell(socket, "audio_ack", received=64_000, settled=32_000)
        await final(socket, 2, 1, 2, 3)
        await socket.close(1012)

    async def gone(served: Peer, socket: ServerConnection) -> None:
        await tell(socket, "error", code="unknown_session", message="unknown", fatal=True)
        await socket.close(4404)

    async def other(served: Peer, socket: ServerConnection) -> None:
        await greet(socket, session="s2", token="t2", received=served.hellos[-1]["start"])
        await served.hears(socket, 2)
        await final(socket, 1, 0, 1, 3)
        await finish(socket, 2, 0)

    served = Peer(first, gone, other)
    async with peer(served) as url:
        await speaker.opens(url, options={"words": True})
        await speaker.says(bytes(range(256)) * 250, pause=0)
        await speaker.hears(2)
        await speaker.ends()
    hello = served.hellos[2]
    assert "resume" not in hello and hello["start"] == 48_000
    assert int.from_bytes(served.said[1][1:9], "big") == 48_000
    finals = [(each["seg"], each["start"], each["text"]) for each in await speaker.told("final")]
    assert finals == [(0, 0, "w0"), (1, 1, "w2"), (2, 2, "w1 w2")]
    assert await speaker.has("session") == "s2"


async def test_a_server_that_knows_less_is_told_again_and_says_no_word_twice(
    peer: Plays, speaker: Speaker
) -> None:
    async def first(served: Peer, socket: ServerConnection) -> None:
        await greet(socket)
        await served.hears(socket)
        await final(socket, 1, 0, 0, 2)
        await final(socket, 2, 1, 2, 6)
        await final(socket, 3, 2, 6, 8)
        await socket.close(1011)

    async def behind(served: Peer, socket: ServerConnection) -> None:
        await greet(socket, resumed=True, received=32_000, seq=1, after=1)
        await served.hears(socket, 2)
        await final(socket, 2, 1, 2, 10)
        await final(socket, 3, 2, 10, 12)
        await finish(socket, 4, 0)

    served = Peer(first, behind)
    async with peer(served) as url:
        await speaker.opens(url)
        await speaker.says(bytes(64_000 * 3), pause=0)
        await speaker.hears(3)
        await speaker.ends()
    texts = " ".join(await speaker.texts()).split()
    assert texts == [f"w{it}" for it in range(12)]
    assert [each["seg"] for each in await speaker.told("final")] == [0, 1, 2, 3, 4]
    assert int.from_bytes(served.said[-2][1:9], "big") == 32_000


async def test_no_more_than_the_server_takes_goes_up(peer: Plays, speaker: Speaker) -> None:
    async def script(served: Peer, socket: ServerConnection) -> None:
        await greet(socket, max_ahead_s=1, max_frame=10_009)
        await served.hears(socket, 4)
        await tell(socket, "audio_ack", received=32_000, settled=32_000)
        await served.hears(socket)
        await finish(socket, 1)

    served = Peer(script)
    async with peer(served) as url:
        await speaker.begins(url)
        await speaker.says(bytes(34_000), pause=0)
        await speaker.page.evaluate("live.open()")
        await speaker.becomes("ended")
    assert [len(frame) - 9 for frame in served.said] == [10_000, 10_000, 10_000, 2000, 2000]


async def test_events_are_acknowledged(peer: Plays, speaker: Speaker) -> None:
    async def script(served: Peer, socket: ServerConnection) -> None:
        await greet(socket)
        for seq in range(1, 21):
            await tell(socket, "speech_start", seq=seq, seg=seq, at=0.0)
        await served.hears(socket)
        await tell(socket, "speech_start", seq=21, seg=21, at=0.0)
        await served.hears(socket)
        await tell(socket, "ended", seq=22, pos=0, duration=0)
        await served.hears(socket)

    served = Peer(script)
    async with peer(served) as url:
        await speaker.opens(url)
        await until(lambda: len(served.said) == 3)
    assert served.said == [{"type": "ack", "seq": seq} for seq in (20, 21, 22)]


async def test_what_a_newer_server_says_and_an_error_that_is_not_the_end(
    peer: Plays, speaker: Speaker
) -> None:
    async def script(served: Peer, socket: ServerConnection) -> None:
        await greet(socket)
        await tell(socket, "applause", seq=1, loud=True)
        await tell(socket, "error", seq=2, code="decode", message="one window failed", fatal=False)
        await tell(socket, "warning", code="gap", message="1.00 s of silence inserted")
        await finish(socket, 3)

    async with peer(Peer(script)) as url:
        await speaker.opens(url)
        await speaker.becomes("ended")
    assert [each["code"] for each in await speaker.told("warning")] == ["decode", "gap"]


async def test_a_server_that_is_none(peer: Plays, speaker: Speaker) -> None:
    async def script(socket: ServerConnection) -> None:
        await socket.send("hello")
        await socket.wait_closed()

    async with peer(script) as url:
        await speaker.begins(url)
        failed = (await speaker.attempts("live.open()"))["failed"]
    assert failed["code"] == "not_a_server"


async def test_a_server_that_does_not_greet(peer: Plays, speaker: Speaker) -> None:
    async def script(socket: ServerConnection) -> None:
        await socket.wait_closed()

    async with peer(script) as url:
        await speaker.begins(url)
        async with asyncio.timeout(WAIT):
            failed = (await speaker.attempts("live.open()"))["failed"]
    assert failed["code"] == "timeout"


async def test_a_page_that_was_frozen_does_not_give_up_what_lives(
    peer: Plays, speaker: Speaker
) -> None:
    async def script(served: Peer, socket: ServerConnection) -> None:
        await greet(socket)
        async for message in socket:
            if json.loads(message)["type"] == "ping":
                await socket.send(json.dumps({**json.loads(message), "type": "pong"}))

    served = Peer(script)
    async with peer(served) as url:
        await speaker.opens(url)
        await speaker.page.evaluate(
            "() => { const end = performance.now() + 6000; while (performance.now() < end); }"
        )
        await until(lambda: timed(speaker))
        assert await speaker.states() == ["live"] and len(served.hellos) == 1


async def timed(speaker: Speaker) -> bool:
    return await speaker.has("roundTrip") is not None


async def test_the_round_trip_is_measured(peer: Plays, speaker: Speaker) -> None:
    async def script(served: Peer, socket: ServerConnection) -> None:
        await greet(socket)
        ping = json.loads(await socket.recv())
        await socket.send(json.dumps({**ping, "type": "pong"}))
        await socket.wait_closed()

    async with peer(Peer(script)) as url:
        await speaker.opens(url)
        assert await speaker.has("roundTrip") is None
        await until(lambda: timed(speaker))
        assert 0 <= await speaker.has("roundTrip") < 5000
