"""Waits that are worth it: for a database or a store that is away, and for what has begun."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from storage.errors import Unavailable

T = TypeVar("T")

FIRST, LONGEST = 0.25, 5.0  # seconds of pause


async def patiently(call: Callable[[], Awaitable[T]], seconds: float) -> T:
    """What the call returns; while it raises Unavailable it is made again, for so long.

    The call has to be one that may be repeated.
    """
    loop = asyncio.get_running_loop()
    deadline, pause = loop.time() + seconds, FIRST
    while True:
        try:
            return await call()
        except Unavailable:
            if loop.time() + pause >= deadline:
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST)


async def unbroken(work: Coroutine[Any, Any, T]) -> T:
    """What it returns. Who is cancelled meanwhile, however often, waits for its end before he
    goes."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        if not task.cancelled():
            task.exception()  # is nobody's any more
        raise cancelled
    return task.result()
