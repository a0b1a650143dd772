import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from server.uploads.showing import plain
from server.uploads.watching import COMMENT, RETRY, Stream, Watching, event
from storage.records import Job
from tests.server.shared import WAIT, Running
from tests.server.uploads.shared import claimed, storage_of, take
from tests.storage.shared import a_job


async def running(server: Running) -> Job:
    await take(server)
    return await claimed(server)


def watching(server: Running, closing: asyncio.Event | None = None) -> Watching:
    return Watching(storage_of(server).jobs, 1, closing or asyncio.Event(), beat=0.02)


def test_events_as_they_are_sent() -> None:
    sent = event(plain(a_job(version=7, error={"message": "a\nb"})))
    assert sent.startswith(b'id: 7\ndata: {"id":"j1",') and sent.endswith(b"}\n\n")
    assert sent.count(b"\n") == 3


async def test_silence_has_a_beat_and_an_end_is_one(server: Running) -> None:
    job = await running(server)
    seen: list[str | None] = []
    async with asyncio.timeout(WAIT), aclosing(watching(server).changes(job, 0)) as changes:
        async for change in changes:
            seen.append(change and change.status.value)
            if seen.count(None) == 2:
                await storage_of(server).work.finish(job, "w", datetime.now(UTC))
    assert seen[:3] == ["processing", None, None] and seen[-1] == "completed"


class Client:
    """Who asked for a stream, as the application meets it; leaves after so many comments."""

    def __init__(self, comments: int) -> None:
        self.comments = comments
        self.left = asyncio.Event()
        self.said: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.said.append(message)
        if [it.get("body") for it in self.said].count(COMMENT) == self.comments:
            self.left.set()


async def test_a_client_that_leaves_takes_its_seat_along(server: Running) -> None:
    job, seats, client = await running(server), watching(server), Client(2)
    async with asyncio.timeout(WAIT):
        await Stream(seats, job, 0)({}, client.receive, client.send)  # type: ignore[arg-type, typeddict-item]
    assert client.said[0]["status"] == 200
    assert [it["body"] for it in client.said[1:2]] == [RETRY]
    assert not seats.full and seats.seated == 0


async def test_a_stop_ends_all_and_takes_nobody_in(server: Running) -> None:
    closing = asyncio.Event()
    job, client = await running(server), Client(99_999)
    seats = watching(server, closing)
    stream = Stream(seats, job, 0)({}, client.receive, client.send)  # type: ignore[arg-type, typeddict-item]
    async with asyncio.timeout(WAIT), asyncio.TaskGroup() as group:
        group.create_task(stream)
        closing.set()
    assert client.said[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
    assert seats.full
