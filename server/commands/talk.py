"""A live session from its first sample to its end: audio up, events shown, in that order of care.

Knows neither where the audio comes from nor how events are shown.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from captionflow import Event, Live, Notice, ServerError

from server.commands.captions import Show

FINALS = 30.0  # seconds without any event, once the audio has ended, after which we give up


async def converse(
    live: Live, source: AsyncIterator[bytes], show: Show, stop: asyncio.Event
) -> None:
    """Send until the source ends or `stop` is set, and show all events until the session ends.

    Raises ServerError, and what the source raised, once the session has been ended properly.
    """
    speaking = asyncio.create_task(_speak(live, source, stop))
    try:
        await _show(live, show, speaking)
    finally:
        speaking.cancel()
        await asyncio.wait([speaking])
        failure = None if speaking.cancelled() else speaking.exception()
    if failure is not None:
        raise failure


async def _show(live: Live, show: Show, speaking: asyncio.Task[None]) -> None:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(None) as limit:

            def heard(_: Event | Notice | asyncio.Task[None]) -> None:
                if speaking.done():
                    limit.reschedule(loop.time() + FINALS)

            speaking.add_done_callback(heard)
            try:
                async for event in live:
                    heard(event)
                    show(event)
            finally:
                speaking.remove_done_callback(heard)
    except TimeoutError:
        message = f"the server said nothing for {FINALS:g} s after the audio had ended"
        raise ServerError("stalled", message) from None


async def _speak(live: Live, source: AsyncIterator[bytes], stop: asyncio.Event) -> None:
    try:
        async for piece in until(stop, source):
            await live.send(piece)
    finally:
        await live.end()


async def until(stop: asyncio.Event, source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What the source gives until it ends or `stop` is set, even while it is waited for."""
    stopping = asyncio.create_task(stop.wait())
    try:
        while True:
            coming = asyncio.create_task(_next(source))
            try:
                await asyncio.wait({coming, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not coming.done():
                    coming.cancel()
                    await asyncio.wait([coming])
            if stop.is_set() or (piece := coming.result()) is None:
                return
            yield piece
    finally:
        stopping.cancel()


async def _next(source: AsyncIterator[bytes]) -> bytes | None:
    try:
        return await anext(source)
    except StopAsyncIteration:
        return None


@contextmanager
def interrupts(stop: asyncio.Event) -> Iterator[None]:
    """The first Ctrl-C, or SIGTERM, sets `stop`; a second one cancels the task at once."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def interrupted() -> None:
        if stop.is_set():
            task.cancel()
        stop.set()

    signals = (signal.SIGINT, signal.SIGTERM)
    for each in signals:
        loop.add_signal_handler(each, interrupted)
    try:
        yield
    finally:
        for each in signals:
            loop.remove_signal_handler(each)
