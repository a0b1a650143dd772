"""A client that has one file heard, and asks as often as it takes, always with the same key."""

import asyncio
import io
import wave
from collections.abc import Callable
from typing import Any

import httpx
from msgspec import Struct

from benchmarks.chaos import talk
from benchmarks.chaos.orders import Order
from benchmarks.chaos.talk import BYTES, Talk
from inference.types import SAMPLE_RATE

PAUSE = 0.2  # seconds until a request that was lost is made again
LOOK = 0.5  # seconds between two looks at a job
ANSWER = 10.0  # seconds without a byte of an answer
LIMIT = 180.0  # seconds from the first request until the job is over
ENDS = ("completed", "failed", "dead", "cancelled")
PASSING = (429, 502, 503)  # what may be otherwise another time

Tell = Callable[[], None]


class Sent(Struct, frozen=True):
    """job, session: "" when it was never taken. answered: how many requests that brought the file.

    seconds: from the first request until the job was seen to be over; None: it was not.
    """

    order: Order
    job: str
    session: str
    answered: int
    seconds: float | None
    faults: tuple[str, ...]

    def talk(self) -> Talk:
        return said(self.order)


class Refused(Exception):
    """The server answers what it should not."""


def said(order: Order) -> Talk:
    return talk.make(order.key, order.seconds, flushing=False)


def file(made: Talk) -> bytes:
    """As a WAV."""
    held = io.BytesIO()
    with wave.open(held, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(BYTES)
        out.setframerate(SAMPLE_RATE)
        out.writeframes(made.audio)
    return held.getvalue()


class Sender:
    def __init__(self, http: httpx.AsyncClient, order: Order, tell: Tell = lambda: None) -> None:
        """http: knows where the server is. tell: told when a file begins to be sent."""
        self.http = http
        self.order = order
        self.tell = tell
        self.answered = 0
        self.answers: set[tuple[str, str]] = set()
        self.faults: list[str] = []

    async def run(self) -> Sent:
        clock = asyncio.get_running_loop().time
        began, ended = clock(), None
        try:
            async with asyncio.timeout(LIMIT):
                job = await self._taken()
                await self._over(job)
                ended = clock() - began
                if self.order.late:
                    await self._asked(await self._file())
        except TimeoutError:
            self.faults.append(f"not over after {LIMIT:g} s")
        except Refused as error:
            self.faults.append(str(error))
        if len(self.answers) > 1:
            self.faults.append(f"one key stands for {len(self.answers)} jobs")
        job, session = next(iter(self.answers), ("", ""))
        return Sent(self.order, job, session, self.answered, ended, tuple(self.faults))

    async def _taken(self) -> str:
        """The id of the job."""
        data = await self._file()
        first = [self._asked(data) for _ in range(self.order.at_once)]
        job, *_ = await asyncio.gather(*first)
        for _ in range(self.order.again):
            await self._asked(data)
        return job

    async def _file(self) -> bytes:
        return await asyncio.to_thread(lambda: file(said(self.order)))

    async def _asked(self, data: bytes) -> str:
        name = f"{self.order.key}.wav"
        answer = await self._asking(
            "POST",
            "/v1/jobs",
            files={"file": (name, data, "audio/wav")},
            headers={"idempotency-key": self.order.key},
        )
        self.answered += 1
        self.answers.add((answer["job_id"], answer["session_id"]))
        return str(answer["job_id"])

    async def _over(self, job: str) -> None:
        while (await self._asking("GET", f"/v1/jobs/{job}"))["status"] not in ENDS:
            await asyncio.sleep(LOOK)

    async def _asking(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        """However often the server goes away meanwhile. Raises Refused."""
        while True:
            if method == "POST":
                self.tell()
            try:
                answer = await self.http.request(method, path, **given)
            except httpx.TransportError:
                await asyncio.sleep(PAUSE)
                continue
            if answer.is_success:
                found: dict[str, Any] = answer.json()
                return found
            if answer.status_code not in PASSING:
                raise Refused(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
            await asyncio.sleep(PAUSE)
