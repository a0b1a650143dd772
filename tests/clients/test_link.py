"""One connection, with a peer that follows a script."""

import asyncio
import json

import pytest
from captionflow.errors import ServerError
from captionflow.link import Link, greeted
from captionflow.progress import Progress
from captionflow.protocol import AudioFormat, Hello, Resume, SpeechStart
from captionflow.uplink import Uplink

WELCOME = {"type": "welcome", "session": "s1", "token": "t1"}
HELLO = Hello(audio=AudioFormat(), resume=Resume("s1", "t0", 3))


async def call(url):
    return await greeted(url.replace("http", "ws"), None, HELLO, 5, 10)


async def test_a_session_is_asked_for_by_its_token_and_last_event(peer):
    asked = []

    async def script(socket):
        asked.append(json.loads(await socket.recv())["resume"])
        await socket.send(json.dumps({**WELCOME, "resumed": True, "received": 8, "seq": 4}))
        await socket.wait_closed()

    async with peer(script) as url:
        socket, welcome = await call(url)
        await socket.close()
    assert asked == [{"session": "s1", "token": "t0", "seq": 3}]
    assert (welcome.resumed, welcome.received, welcome.seq) == (True, 8, 4)


async def test_a_refusal_has_its_words_and_its_close_code(peer):
    async def script(socket):
        await socket.recv()
        error = {"type": "error", "code": "elsewhere", "message": "other", "retry_after": 1}
        await socket.send(json.dumps({**error, "fatal": True}))
        await socket.close(1012)

    async with peer(script) as url:
        with pytest.raises(ServerError) as refused:
            await call(url)
    failure = refused.value
    assert (failure.code, failure.retry_after, failure.close) == ("elsewhere", 1, 1012)


async def test_it_says_why_it_ended_and_whether_anything_was_heard(peer):
    async def script(socket):
        await socket.recv()
        await socket.send(json.dumps(WELCOME))
        await socket.send(json.dumps({"type": "speech_start", "seq": 1, "seg": 0, "at": 0.5}))
        error = {"type": "error", "code": "idle", "message": "silent", "fatal": True}
        await socket.send(json.dumps(error))
        await socket.close(4408)

    heard = []

    async def hear(event):
        heard.append(event)

    async with peer(script) as url:
        socket, welcome = await call(url)
        progress = Progress(AudioFormat())
        progress.welcome(welcome)
        link = Link(socket, progress, Uplink(100), hear, asyncio.Event())
        async with asyncio.timeout(5):
            error = await link.run()
        await socket.close()
    assert (error.code, error.close, link.lively) == ("idle", 4408, True)
    assert heard == [SpeechStart(seq=1, seg=0, at=0.5)]
