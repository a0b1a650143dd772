"""Do captions stay quick beside heavy work? Looks in real time through the real engine, with and
without a lane of their own. Prints nothing.
"""

import asyncio
import time
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from benchmarks.engine.model import Fixed, Lane, Load, noise
from benchmarks.figures.metrics import Summary, summary
from inference.engine import Engine, Entry, running
from inference.scheduler import Scheduler
from inference.types import Urgency, Window

UPLOADS = 8  # heavy windows that wait at any time, as those of a few uploads do
SHARE = 0.4  # of the looks that the device could do alone: that many come
MODES = ("alone", "two lanes", "one lane")


class Lanes(Struct, frozen=True):
    """Seconds from a look's due time to its answer; heavy windows done a second beside it."""

    mode: str
    looks_a_second: float
    looks: Summary | None
    heavy_a_second: float
    failure: str | None = None


async def measure(
    model: Fixed,
    look: Load,
    heavy: Load,
    rate: float,
    seconds: float,
    max_batch: int,
    workers: int,
) -> list[Lanes]:
    """Looks alone, beside heavy windows of a lower urgency, and beside such of the same.

    rate: looks a second that the device could do alone.
    """
    lane = Lane(model, (look, heavy))
    return [
        await _mode(mode, lane, look, heavy, rate * SHARE, seconds, max_batch, workers)
        for mode in MODES
    ]


async def _mode(
    mode: str,
    lane: Lane,
    look: Load,
    heavy: Load,
    rate: float,
    seconds: float,
    max_batch: int,
    workers: int,
) -> Lanes:
    urgency = Urgency.LOOK if mode == "one lane" else Urgency.BATCH
    (short,) = noise(look, 1, Urgency.LOOK)
    (long,) = noise(heavy, 1, urgency)
    async with running(Engine(lane, Scheduler[Entry](max_batch), workers)) as engine:
        uploads = _Uploads(engine, long)
        working = [asyncio.create_task(uploads.run()) for _ in range(UPLOADS * (mode != "alone"))]
        began = time.perf_counter()
        answers = await _looks(engine, short, rate, seconds)
        took = time.perf_counter() - began
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
    failures = [str(answer) for answer in answers if isinstance(answer, BaseException)]
    delays = [answer for answer in answers if isinstance(answer, float)]
    failure = failures[0] if failures else uploads.failure
    return Lanes(mode, rate, summary(delays), uploads.done / took, failure)


class _Uploads:
    """Work without end: the next window is asked for when one is answered."""

    def __init__(self, engine: Engine, window: Window) -> None:
        self.engine = engine
        self.window = window
        self.done = 0
        self.failure: str | None = None

    async def run(self) -> None:
        try:
            while True:
                await self.engine.transcribe(self.window)
                self.done += 1
        except RuntimeError as error:
            self.failure = str(error)


async def _looks(
    engine: Engine, window: Window, rate: float, seconds: float
) -> Sequence[float | BaseException]:
    """Looks on an absolute, seeded schedule; each the seconds from its due time to its answer."""
    gaps = np.random.default_rng(0).exponential(1 / rate, max(1, round(rate * seconds)))
    clock = asyncio.get_running_loop().time
    began = clock()

    async def ask(due: float) -> float:
        await asyncio.sleep(max(0.0, due - clock()))
        await engine.transcribe(window)
        return clock() - due

    asked = (ask(began + offset) for offset in np.cumsum(gaps).tolist())
    return await asyncio.gather(*asked, return_exceptions=True)
