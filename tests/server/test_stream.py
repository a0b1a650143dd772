"""What clients do wrong, each with its close code, beside a session that must not notice."""

import asyncio
import json
import socket as sockets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import captionflow
import pytest
from captionflow.protocol import encode_audio, encode_gap
from websockets.exceptions import ConnectionClosed

from inference.types import Options
from server.live.session import LiveSession
from streaming.events import Updated
from tests.server.shared import Raw, Running, events, of, pcm, raw, serving, settings_for, until

WORD = pcm("...." + "#" * 15 + "." * 10)
SAID = "w1 w2 w3 w4 w5"


@asynccontextmanager
async def undisturbed(server: Running) -> AsyncIterator[None]:
    """A healthy session runs meanwhile; all of its text comes, and all of its audio is kept."""
    async with server.connect() as live:
        await live.send(WORD[: len(WORD) // 2])
        yield
        await live.send(WORD[len(WORD) // 2 :])
        await live.end()
        seen = await events(live)
    assert [final.text for final in of(captionflow.Final, seen)] == [SAID]
    assert (await server.over(live.welcome.session))["state"] == "ready"


async def said(client: Raw, text: str | bytes) -> None:
    await client.socket.send(text)


FIRST: list[tuple[str | bytes, int, str]] = [
    ('{"type": "hello"', 4400, "truncated"),
    ("no json", 4400, "malformed"),
    (encode_audio(0, b"\0\0"), 4400, "first message is a hello"),
    (b"", 4400, "no header"),
    ('{"type": "ping"}', 4400, "first message is a hello"),
    ('{"type": "hello", "audioo": {}}', 4400, "audioo"),
    ('{"type": "hello", "options": {"wrods": true}}', 4400, "wrods"),
    ('{"type": "hullo"}', 4400, "hullo"),
    ('{"audio": {}}', 4400, "type"),
    ('["hello"]', 4400, "object"),
    ('{"type": "hello", "audio": {"encoding": "mp3"}}', 4400, "mp3"),
    ('{"type": "hello", "audio": {"rate": 100}}', 4400, "rate 100"),
    ('{"type": "hello", "audio": {"rate": 1e99}}', 4400, "rate"),
    ('{"type": "hello", "audio": {"channels": 0}}', 4400, "0 channels"),
    ('{"type": "hello", "audio": {"encoding": "opus", "channels": 3}}', 4400, "3 channels"),
    ('{"type": "hello", "language": "tlh"}', 4400, "tlh"),
    ('{"type": "hello", "language": ""}', 4400, "language"),
    ('{"type": "hello", "model": "huge"}', 4400, "huge"),
    ('{"type": "hello", "options": {"diarize": true}}', 4400, "diarize"),
    ('{"type": "hello", "options": {"translate_to": "fr"}}', 4400, "translate_to"),
    ('{"type": "hello", "options": {"endpoint_ms": 50}}', 4400, "endpoint_ms"),
    (json.dumps({"type": "hello", "options": {"hotwords": ["a"] * 101}}), 4400, "101 `hotwords`"),
    ('{"type": "hello", "options": {"hotwords": ["a\\u0000b"]}}', 4400, "hotwords"),
    ('{"type": "hello", "room": "a\\u0000b"}', 4400, "room"),
    ('{"type": "hello", "room": ""}', 4400, "room"),
    ('{"type": "hello", "start": -1}', 4400, "start"),
    ('{"type": "hello", "start": 1}', 4400, "start"),
    ('{"type": "hello", "resume": {"session": "a", "token": "b"}}', 4404, "unknown session"),
    ('{"type": "hello", "' + "ü" * 60_000 + '": 1}', 4400, "unknown field"),
]


async def test_a_first_message_that_is_no_good_hello_is_refused_with_the_reason(
    server: Running,
) -> None:
    async with undisturbed(server):
        for message, code, words in FIRST:
            async with raw(server.url) as client:
                await said(client, message)
                closed, reason = await client.closed()
                assert closed == code, message[:80]
                assert words in client.error["message"], client.error
                assert reason and len(reason.encode()) <= 123
    assert server.registry.running == {}


async def hello_again(client: Raw) -> None:
    await client.say("hello")


async def nonsense(client: Raw) -> None:
    await client.say("nonsense")


async def odd(client: Raw) -> None:
    await client.audio(0, b"\0\0\0")


async def too_big(client: Raw) -> None:
    await client.audio(0, bytes(65_538), piece=70_000)


async def unknown_kind(client: Raw) -> None:
    await client.socket.send(b"\x07" + bytes(8))


async def short_gap(client: Raw) -> None:
    await client.socket.send(b"\x02" + bytes(9))


async def endless_gap(client: Raw) -> None:
    await client.socket.send(encode_gap(0, 2**63))


async def skipped(client: Raw) -> None:
    await client.audio(3200, bytes(3200))


async def far_away(client: Raw) -> None:
    await client.audio(2**64 - 2, bytes(2))


async def wrong_end(client: Raw) -> None:
    await client.audio(0, bytes(3200))
    await client.say("end", pos=3199)


async def too_far_ahead(client: Raw) -> None:
    await client.audio(0, bytes(64_000 * 40))


async def flood(client: Raw) -> None:
    for _ in range(700):
        await client.say("ack", seq=0)


async def empty_flood(client: Raw) -> None:
    for _ in range(700):
        await client.socket.send(encode_audio(0, b""))


async def bad_update(client: Raw) -> None:
    await client.say("update", options={"language": "tlh"})


async def nameless_flush(client: Raw) -> None:
    await client.say("flush", id="a\0")


async def huge(client: Raw) -> None:
    await client.socket.send("x" * (1 << 20) + "x")


LATER: list[tuple[Callable[[Raw], Awaitable[None]], int, str | None]] = [
    (hello_again, 4400, "second hello"),
    (nonsense, 4400, "nonsense"),
    (odd, 4400, "3 bytes"),
    (too_big, 4400, "65538 bytes"),
    (unknown_kind, 4400, "binary message: 7"),
    (short_gap, 4400, "17 bytes"),
    (endless_gap, 4400, "600 seconds"),
    (skipped, 4410, "audio at 3200"),
    (far_away, 4410, "only 0 was received"),
    (wrong_end, 4410, "end at 3199"),
    (too_far_ahead, 4429, "ahead"),
    (flood, 4429, "too many messages"),
    (empty_flood, 4429, "too many messages"),
    (bad_update, 4400, "tlh"),
    (nameless_flush, 4400, "`id`"),
    (huge, 1009, None),
]


@pytest.mark.parametrize(("mistake", "code", "words"), LATER, ids=[it[0].__name__ for it in LATER])
async def test_a_mistake_in_a_session_ends_that_session_only(
    server: Running, mistake: Callable[[Raw], Awaitable[None]], code: int, words: str | None
) -> None:
    async with undisturbed(server), raw(server.url) as client:
        id = (await client.hello())["session"]
        with suppress(ConnectionClosed):  # it may be told before all is sent
            await mistake(client)
        assert (await client.closed())[0] == code
        if words:
            assert words in client.error["message"]
        assert (await server.over(id))["state"] == "ready"


async def test_audio_after_the_end_is_refused(server: Running) -> None:
    async with raw(server.url) as client:
        server.model.hold()
        id = (await client.hello())["session"]
        await client.audio(0, WORD)
        await client.say("end", pos=len(WORD))
        await client.audio(len(WORD), bytes(3200))
        assert (await client.closed())[0] == 4400
        assert "audio after the end" in client.error["message"]
        server.model.release()
        assert (await server.over(id))["state"] == "ready"


async def test_what_is_sent_again_after_the_end_is_no_mistake(server: Running) -> None:
    """A client that comes back does not know what of it has arrived."""
    async with raw(server.url) as client:
        server.model.hold()
        await client.hello()
        await client.audio(0, WORD)
        await client.say("end", pos=len(WORD))
        await client.audio(3200, WORD[3200:])
        await client.socket.send(encode_gap(0, len(WORD)))
        await client.say("flush", id="f")
        await client.say("update", options={"words": False})
        await client.say("end", pos=len(WORD))
        server.model.release()
        assert (await client.hear("final"))["text"] == SAID
        assert await client.closed() == (1000, "done")


async def test_garbage_instead_of_opus_is_refused(server: Running) -> None:
    async with undisturbed(server), raw(server.url) as client:
        id = (await client.hello(audio={"encoding": "opus", "channels": 1}))["session"]
        await client.socket.send(encode_audio(0, b"\xff" * 40))
        assert (await client.closed())[0] == 4400
        assert "Opus" in client.error["message"]
        assert (await server.over(id))["state"] == "ready"


async def test_a_client_that_does_not_read_is_closed_and_its_session_kept(
    tmp_path: Path, database_url: str
) -> None:
    settings = settings_for(tmp_path, database_url, server={"send_timeout": 0.3})
    async with serving(settings) as server, undisturbed(server), raw(server.url) as client:
        id = (await client.hello())["session"]
        client.socket.transport.pause_reading()
        tell_much(server.registry.running[id], 5000)  # 33 MB, more than the kernels keep
        assert (await server.over(id))["state"] == "ready"
        await until(lambda: not talking(server, 1))
        client.socket.transport.abort()


def tell_much(live: LiveSession, times: int) -> None:
    """As if the session had so much to say; a client alone cannot make it."""
    options = Options(hotwords=("n" * 64,) * 100)
    for _ in range(times):
        live.said.put(Updated(options, 0))


def talking(server: Running, more_than: int) -> bool:
    return len(server.server.server_state.connections) > more_than


async def test_a_client_that_reads_too_slowly_is_closed(server: Running) -> None:
    async with undisturbed(server), raw(server.url) as client:
        id = (await client.hello())["session"]
        live = server.registry.running[id]
        tell_much(live, live.said.outbox.limit + 1)
        assert (await client.closed())[0] == 4429
        assert client.error["code"] == "backlog"
        assert len(live.said.outbox.waiting) <= live.said.outbox.limit
        assert (await server.over(id))["state"] == "ready"


async def test_a_client_that_vanishes_leaves_a_finished_session(server: Running) -> None:
    async with undisturbed(server), raw(server.url) as client:
        id = (await client.hello())["session"]
        await client.audio(0, WORD)
        await client.hear("speech_start")
        client.socket.transport.abort()
        record = await server.over(id)
        assert record["state"] == "ready" and record["duration"] > 0
        storage = server.registry.parts.storage
        kept = await storage.segments.list(id)
        assert [segment.text for segment in kept] == [SAID]


async def test_no_room_is_said_with_a_time_to_come_back(tmp_path: Path, database_url: str) -> None:
    settings = settings_for(tmp_path, database_url, server={"max_sessions": 1})
    async with serving(settings) as server, undisturbed(server):
        for _ in range(3):
            async with raw(server.url) as client:
                await client.say("hello")
                assert (await client.closed())[0] == 1013
                assert client.error["code"] == "overloaded"
                assert client.error["retry_after"] == 5
        with pytest.raises(captionflow.ServerError) as refused:
            async with server.connect():
                raise AssertionError("there was room")
        assert (refused.value.code, refused.value.retry_after) == ("overloaded", 5)


async def test_many_at_once_do_not_get_more_room_than_there_is(
    tmp_path: Path, database_url: str
) -> None:
    settings = settings_for(tmp_path, database_url, server={"max_sessions": 3})
    async with serving(settings) as server:

        async def one() -> str:
            async with raw(server.url) as client:
                await client.say("hello")
                first = (await client.next())["type"]
                if first == "welcome":
                    await client.say("end", pos=0)
                await client.closed()
                return first

        got = await asyncio.gather(*(one() for _ in range(20)))
        assert got.count("error") >= 10 and got.count("welcome") >= 3


async def test_a_frame_may_be_as_long_as_promised_without_its_header(server: Running) -> None:
    async with raw(server.url) as client:
        room = (await client.hello())["max_frame"]
        await client.audio(0, bytes(room), piece=room)
        await client.say("end", pos=room)
        assert await client.closed() == (1000, "done")


async def test_half_a_frame_and_a_vanished_client_leave_nothing(server: Running) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with sockets.create_connection((host, int(port))) as plain:
        plain.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n")
    async with undisturbed(server):
        pass
    assert server.registry.running == {}
