import asyncio

import pytest

from server.live.mailbox import Mailbox
from streaming.events import Finish, Flush


async def test_commands_come_in_order_until_the_last() -> None:
    mailbox = Mailbox()
    for command in (Flush("a"), Flush("b"), Finish(), Flush("too late")):
        mailbox.put(command)
    assert [it async for it in mailbox.messages()] == [Flush("a"), Flush("b")]


async def test_whoever_brings_more_than_fits_waits() -> None:
    mailbox = Mailbox()
    mailbox.put(Flush("a"))
    await mailbox.room()
    mailbox.put(Flush("b"))
    waiting = asyncio.create_task(mailbox.room())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await asyncio.shield(waiting)
    taking = mailbox.messages()
    assert await anext(taking) == Flush("a")
    await waiting
    await taking.aclose()


async def test_nobody_waits_for_a_pipeline_that_has_ended() -> None:
    mailbox = Mailbox()
    for name in "abc":
        mailbox.put(Flush(name))
    waiting = asyncio.create_task(mailbox.room())
    await asyncio.sleep(0)
    mailbox.close()
    await waiting
    mailbox.put(Flush("d"))
    await mailbox.room()
    assert not mailbox.waiting
