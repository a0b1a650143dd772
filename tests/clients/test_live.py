"""The client against a real WebSocket server that follows a script."""

import asyncio
import json
import socket as sockets

import captionflow
import pytest
from captionflow import ServerError

WELCOME = {
    "type": "welcome",
    "session": "s1",
    "token": "t1",
    "resumed": False,
    "received": 0,
    "settled": 0,
    "seq": 0,
    "linger_s": 0,
    "max_ahead_s": 30,
    "max_frame": 65536,
}
WAIT = 5  # seconds; far more than anything here takes


async def tell(socket, type, **fields):
    await socket.send(json.dumps({"type": type, **fields}))


async def greet(socket, **changes):
    """Take the hello and answer it; returns the hello."""
    hello = json.loads(await socket.recv())
    await socket.send(json.dumps({**WELCOME, **changes}))
    return hello


async def finish(socket, pos, seq):
    await tell(socket, "ended", seq=seq, pos=pos, duration=pos / 32_000)
    await socket.close(1000)


async def heard(live):
    async with asyncio.timeout(WAIT):
        return [event async for event in live]


def kinds(events):
    return [type(event).__name__ for event in events]


async def test_a_session_from_hello_to_ended(peer):
    seen = {}

    async def script(socket):
        seen["hello"] = await greet(socket)
        seen["audio"] = await socket.recv()
        seen["flush"] = json.loads(await socket.recv())
        await tell(socket, "speech_start", seq=1, seg=0, at=0.1)
        await tell(socket, "partial", seg=0, rev=1, text="Good mor", stable=4, start=0.1, end=0.5)
        await tell(socket, "final", seq=2, seg=0, start=0.1, end=0.9, text="Good morning.")
        await tell(socket, "flushed", seq=3, id="a", pos=4)
        seen["end"] = json.loads(await socket.recv())
        await finish(socket, 4, 4)

    async with (
        peer(script) as url,
        captionflow.connect(url, language="en", options=captionflow.Options(revise=True)) as live,
    ):
        await live.send(b"abcd")
        await live.flush("a")
        await live.end()
        events = await heard(live)
    assert live.welcome.session == "s1"
    assert seen["hello"]["language"] == "en"
    assert seen["hello"]["options"]["revise"] is True
    assert seen["audio"] == b"\x01" + bytes(8) + b"abcd"
    assert seen["flush"] == {"type": "flush", "id": "a"}
    assert seen["end"] == {"type": "end", "pos": 4}
    assert kinds(events) == ["Welcome", "SpeechStart", "Partial", "Final", "Flushed", "Ended"]


async def test_audio_is_split_to_the_servers_frame(peer):
    frames = []

    async def script(socket):
        await greet(socket, max_frame=109)
        while isinstance(message := await socket.recv(), bytes):
            frames.append(message)
        await finish(socket, 250, 1)

    async with peer(script) as url, captionflow.connect(url) as live:
        await live.send(bytes(range(250)))
        await live.end()
        await heard(live)
    assert [(int.from_bytes(f[1:9], "big"), len(f) - 9) for f in frames] == [
        (0, 100),
        (100, 100),
        (200, 50),
    ]
    assert b"".join(f[9:] for f in frames) == bytes(range(250))


async def test_send_waits_until_the_server_has_caught_up(peer):
    release = asyncio.Event()

    async def script(socket):
        await greet(socket, max_ahead_s=0.01, max_frame=329)
        await socket.recv()
        await release.wait()
        await tell(socket, "audio_ack", received=320, settled=0)
        await socket.recv()
        await tell(socket, "audio_ack", received=640, settled=640)
        await socket.recv()
        await finish(socket, 640, 1)

    async with peer(script) as url, captionflow.connect(url) as live:
        sending = asyncio.create_task(live.send(bytes(640)))
        async with asyncio.timeout(WAIT):
            while live.sent < 320:
                await asyncio.sleep(0)
        assert not sending.done()
        release.set()
        async with asyncio.timeout(WAIT):
            await sending
        await live.end()
        await heard(live)
        assert (live.sent, live.progress.settled) == (640, 640)


async def test_a_server_that_takes_nothing_is_given_up(peer):
    async def script(socket):
        await greet(socket, max_ahead_s=0.01)
        await socket.wait_closed()

    async with peer(script) as url, captionflow.connect(url, stall_timeout=0.05) as live:
        with pytest.raises(ServerError, match="took no audio") as failure:
            await live.send(bytes(640))
    assert failure.value.code == "stalled"


async def test_twenty_events_are_acknowledged_at_once(peer):
    acks = []

    async def script(socket):
        await greet(socket)
        for seq in range(1, 21):
            await tell(socket, "speech_start", seq=seq, seg=seq, at=0.0)
        acks.append(json.loads(await socket.recv()))
        await finish(socket, 0, 21)

    async with peer(script) as url, captionflow.connect(url) as live:
        await heard(live)
    assert acks == [{"type": "ack", "seq": 20}]


async def test_few_events_are_acknowledged_within_a_second(peer):
    acks = []

    async def script(socket):
        await greet(socket)
        await tell(socket, "speech_start", seq=1, seg=0, at=0.0)
        acks.append(json.loads(await socket.recv()))
        await finish(socket, 0, 2)

    async with peer(script) as url, captionflow.connect(url) as live:
        await heard(live)
    assert acks == [{"type": "ack", "seq": 1}]


async def test_events_seen_before_and_events_unknown_are_dropped(peer):
    async def script(socket):
        await greet(socket)
        await tell(socket, "final", seq=1, seg=0, start=0, end=1, text="one")
        await tell(socket, "final", seq=1, seg=0, start=0, end=1, text="one")
        await tell(socket, "applause", seq=2, loud=True)
        await tell(socket, "pong", t=1.5, hops=3)
        await finish(socket, 0, 3)

    async with peer(script) as url, captionflow.connect(url) as live:
        assert kinds(await heard(live)) == ["Welcome", "Final", "Pong", "Ended"]


async def test_a_fatal_error_ends_everything_with_its_own_words(peer):
    async def script(socket):
        await greet(socket)
        await socket.recv()
        await tell(socket, "error", code="overloaded", message="busy", fatal=True, retry_after=7)
        await socket.close(1013)

    async with peer(script) as url, captionflow.connect(url) as live:
        await live.send(bytes(2))
        with pytest.raises(ServerError, match="busy") as failure:
            await heard(live)
        with pytest.raises(ServerError, match="busy"):
            await live.send(bytes(2))
    assert (failure.value.code, failure.value.retry_after) == ("overloaded", 7)


async def test_an_error_that_is_not_fatal_is_an_event(peer):
    async def script(socket):
        await greet(socket)
        await tell(socket, "error", seq=1, code="decode", message="one window failed", fatal=False)
        await finish(socket, 0, 2)

    async with peer(script) as url, captionflow.connect(url) as live:
        assert kinds(await heard(live)) == ["Welcome", "Error", "Ended"]


@pytest.mark.parametrize(
    ("code", "name"),
    [(1013, "overloaded"), (4400, "bad_message"), (4410, "gap"), (4999, "closed_4999")],
)
async def test_close_codes_have_names(peer, code, name):
    async def script(socket):
        await greet(socket)
        await socket.close(code, "the reason")

    async with peer(script) as url, captionflow.connect(url) as live:
        with pytest.raises(ServerError, match="the reason") as failure:
            await heard(live)
    assert failure.value.code == name


async def test_a_server_that_vanishes(peer):
    async def script(socket):
        await greet(socket)
        await tell(socket, "partial", seg=0, text="Good")
        await socket.recv()
        socket.transport.abort()

    async with peer(script) as url, captionflow.connect(url) as live:
        await live.send(bytes(2))
        events = []
        with pytest.raises(ServerError, match="lost") as failure:
            async with asyncio.timeout(WAIT):
                async for event in live:
                    events.append(event)
        with pytest.raises(ServerError, match="lost"):
            await live.send(bytes(2))
    assert failure.value.code == "lost"
    assert kinds(events) == ["Welcome", "Partial"]


async def test_refused_at_the_greeting(peer):
    async def script(socket):
        await socket.recv()
        await tell(socket, "error", code="unknown_model", message="no model 'x'", fatal=True)
        await socket.close(4400)

    async with peer(script) as url:
        with pytest.raises(ServerError, match="no model 'x'"):
            async with captionflow.connect(url, model="x"):
                pass


async def test_a_server_that_does_not_greet(peer):
    async def script(socket):
        await socket.wait_closed()

    async with peer(script) as url:
        with pytest.raises(ServerError, match="did not greet"):
            async with captionflow.connect(url, open_timeout=0.2):
                pass


async def test_a_server_that_speaks_something_else(peer):
    async def script(socket):
        await socket.recv()
        await socket.send("hello yourself")
        await socket.wait_closed()

    async with peer(script) as url:
        with pytest.raises(ServerError, match="not stt.v1"):
            async with captionflow.connect(url):
                pass


async def test_nobody_there():
    with sockets.create_server(("127.0.0.1", 0)) as placeholder:
        port = placeholder.getsockname()[1]
    with pytest.raises(ServerError, match=f"cannot reach ws://127.0.0.1:{port}") as failure:
        async with captionflow.connect(f"http://127.0.0.1:{port}"):
            pass
    assert failure.value.code == "unreachable"


async def test_audio_after_the_end_is_a_mistake(peer):
    async def script(socket):
        await greet(socket)
        await socket.recv()
        await finish(socket, 0, 1)

    async with peer(script) as url, captionflow.connect(url) as live:
        await live.end()
        with pytest.raises(RuntimeError, match="after end"):
            await live.send(bytes(2))


async def test_less_than_a_second_cannot_be_kept():
    with pytest.raises(ValueError, match="less than a second"):
        async with captionflow.connect("http://127.0.0.1:1", keep=0.5):
            pass
