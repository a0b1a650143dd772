"""Calls that block, made on threads of their own, each for a bounded time. Knows no client."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from storage.errors import Unavailable

T = TypeVar("T")


class Calls:
    """So many at a time as there are threads; more wait for one, and that wait counts."""

    def __init__(self, threads: ThreadPoolExecutor, timeout: float) -> None:
        self._threads = threads
        self._timeout = timeout

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises. Raises Unavailable when it takes too long.

        A call that is given up or cancelled does not begin; one that has begun goes on unheard.
        """
        call = self._threads.submit(work)
        heard = asyncio.wrap_future(call)
        try:
            await asyncio.wait([heard], timeout=self._timeout)
            if not heard.done():
                raise Unavailable(f"the object store did not answer within {self._timeout:g} s")
            return heard.result()
        finally:
            call.cancel()  # at once, where the loop would tell the thread only in its next turn
            heard.cancel()


@asynccontextmanager
async def calling(threads: int, timeout: float) -> AsyncIterator[Calls]:
    """timeout: seconds. Leaving it waits for the calls under way, and begins no others."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="objects")
    try:
        yield Calls(pool, timeout)
    finally:
        await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)
