"""The queue between the socket and the program."""

import asyncio

import pytest
from captionflow.errors import ServerError
from captionflow.inbox import Inbox
from captionflow.protocol import AudioAck, Partial, SpeechStart


async def taken(inbox):
    events = []
    while (event := await inbox.take()) is not None:
        events.append(event)
    return events


async def test_newer_captions_and_acks_replace_unread_ones():
    inbox = Inbox()
    first, second, other = (
        Partial(seg=0, text="a"),
        Partial(seg=0, text="a b"),
        Partial(seg=1, text="c"),
    )
    for event in (first, AudioAck(1, 0), other, second, AudioAck(2, 1)):
        await inbox.put(event)
    await inbox.close(None)
    assert await taken(inbox) == [other, second, AudioAck(2, 1)]


async def test_a_full_inbox_makes_the_reader_wait():
    inbox = Inbox(limit=1)
    await inbox.put(SpeechStart(seq=1, seg=0, at=0.0))
    second = asyncio.create_task(inbox.put(SpeechStart(seq=2, seg=1, at=0.0)))
    await asyncio.sleep(0)
    assert not second.done()
    assert (await inbox.take()).seq == 1
    async with asyncio.timeout(5):
        await second
    assert (await inbox.take()).seq == 2


async def test_a_failure_comes_after_everything_that_was_heard():
    inbox = Inbox()
    await inbox.put(Partial(seg=0, text="a"))
    await inbox.close(ServerError("lost", "gone"))
    assert (await inbox.take()).text == "a"
    with pytest.raises(ServerError, match="gone"):
        await inbox.take()
