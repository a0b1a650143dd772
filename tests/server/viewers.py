"""One who watches captions over server-sent events, and comes back as a browser does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from msgspec import Struct

from tests.server.shared import WAIT, until

AGAIN = 0.05  # seconds until a lost connection is tried again


class Seen(Struct, frozen=True):
    """id: None for what has no number."""

    id: int | None
    kind: str
    data: dict[str, Any]


class Viewer:
    def __init__(self, urls: list[str], room: str, last: int | None = None) -> None:
        """urls: of servers, of which the next is taken when a connection is lost."""
        self.urls = urls
        self.room = room
        self.last = last
        self.seen: list[Seen] = []
        self.lines: list[str] = []
        self.connections = 0

    @property
    def finals(self) -> list[str]:
        return [each.data["text"] for each in self.seen if each.kind == "final"]

    @property
    def numbers(self) -> list[int]:
        return [each.id for each in self.seen if each.id is not None]

    async def sees(self, kind: str, count: int = 1, seconds: float = WAIT) -> list[Seen]:
        """Waits until so many of a kind have come."""

        def there() -> bool:
            return sum(each.kind == kind for each in self.seen) >= count

        await until(there, seconds)
        return [each for each in self.seen if each.kind == kind]

    async def connected(self, times: int = 1, seconds: float = WAIT) -> None:
        await until(lambda: self.connections >= times, seconds)

    async def run(self) -> None:
        """Until it is cancelled."""
        async with httpx.AsyncClient(timeout=httpx.Timeout(WAIT, read=None)) as http:
            while True:
                try:
                    await self._watch(http)
                except httpx.TransportError:
                    self.urls.append(self.urls.pop(0))
                await asyncio.sleep(AGAIN)

    async def _watch(self, http: httpx.AsyncClient) -> None:
        headers = {} if self.last is None else {"last-event-id": str(self.last)}
        url = f"{self.urls[0]}/captions/{self.room}/events"
        async with http.stream("GET", url, headers=headers) as answer:
            assert answer.status_code == 200, answer.status_code
            assert answer.headers["content-type"].startswith("text/event-stream")
            fields: dict[str, str] = {}
            async for line in answer.aiter_lines():
                self._read(line, fields)

    def _read(self, line: str, fields: dict[str, str]) -> None:
        self.lines.append(line)
        name, _, value = line.partition(":")
        if name == "retry":
            self.connections += 1
        elif name:
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            id = int(fields["id"]) if "id" in fields else None
            self.last = self.last if id is None else id
            self.seen.append(Seen(id, fields["event"], json.loads(fields["data"])))
            fields.clear()


@asynccontextmanager
async def watching(*urls: str, room: str, last: int | None = None) -> AsyncIterator[Viewer]:
    """A viewer that is there and hears what is said from now on."""
    viewer = Viewer(list(urls), room, last)
    task = asyncio.create_task(viewer.run())
    try:
        await viewer.connected()
        yield viewer
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
