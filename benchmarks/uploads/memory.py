"""The memory of a server with those who decode for it, without its database. Only looks."""

import asyncio

import psutil

EVERY = 0.1  # seconds between two looks: a decoder may live no longer
REST = 2.0  # seconds that a server gets to come to rest
DATABASE = "postgres"


class Memory:
    """In MB. peak: the highest that was seen."""

    def __init__(self, pid: int) -> None:
        self._server = psutil.Process(pid)
        self.peak = 0.0

    async def at_rest(self) -> float:
        await asyncio.sleep(REST)
        return self._now()

    def taken(self) -> float:
        """The peak, which is looked for anew from here on."""
        peak, self.peak = self.peak, 0.0
        return peak

    async def run(self) -> None:
        """Until cancelled, or the server is no more."""
        try:
            while True:
                self.peak = max(self.peak, self._now())
                await asyncio.sleep(EVERY)
        except psutil.Error:
            return

    def _now(self) -> float:
        children = self._server.children(recursive=True)
        return (self._server.memory_info().rss + sum(map(_of_decoder, children))) / 1e6


def _of_decoder(process: psutil.Process) -> int:
    try:
        return 0 if process.name() == DATABASE else process.memory_info().rss
    except psutil.Error:  # it has ended
        return 0
