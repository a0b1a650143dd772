"""A publisher against a real server: it is welcome, heard, refused, and leaves."""

import asyncio

import pytest
from captionflow import AudioAck, ServerError
from captionflow.protocol import Ended, Welcome, decode_event

from benchmarks.whip.opus import Encoder
from benchmarks.whip.publisher import publish
from tests.server.shared import WAIT

QUERY = {"language": "en"}


async def heard(publisher, kind):
    async with asyncio.timeout(WAIT):
        while not isinstance(event := decode_event(await publisher.hear()), kind):
            pass
    return event


async def test_what_is_sent_is_acknowledged_and_ends(url, speech):
    async with publish(url, "hall", QUERY) as publisher:
        await heard(publisher, Welcome)
        encoder = Encoder()
        for part in speech:
            publisher.send(encoder.encode(part))
        async with asyncio.timeout(WAIT):
            await publisher.end()
        assert publisher.feed.waiting.empty()
        ended = await heard(publisher, Ended)
        assert ended.duration == pytest.approx(len(speech) * 0.02, abs=0.1)


async def test_a_busy_room_is_refused(url):
    async with publish(url, "hall", QUERY):
        with pytest.raises(ServerError, match="409"):
            async with publish(url, "hall", QUERY):
                raise AssertionError("two in one room")


async def test_nobody_is_there():
    with pytest.raises(ServerError, match="cannot reach"):
        async with publish("http://127.0.0.1:9", "hall", QUERY):
            raise AssertionError("published to nobody")


async def test_a_session_that_was_left_goes_on_in_no_other(url, speech):
    sessions = []
    for _ in range(2):
        async with publish(url, "hall", QUERY) as publisher:
            sessions.append((await heard(publisher, Welcome)).session)
            encoder = Encoder()
            for part in speech[:30]:
                publisher.send(encoder.encode(part))
            assert (await heard(publisher, AudioAck)).received >= 0
    assert sessions[0] != sessions[1]


async def test_a_connection_that_is_lost_is_told(url):
    async with publish(url, "hall", QUERY) as publisher:
        await heard(publisher, Welcome)
        await publisher.peer.close()
        for _ in "ab":
            with pytest.raises(ServerError, match="lost"):
                async with asyncio.timeout(WAIT):
                    while True:
                        await publisher.hear()
