"""Visits whose network is cut while somebody speaks, and what could be read in the end.

The server is real but for its model, which hears tones and is never wrong: what is missing or
twice on the page is the page's, the network's or the server's doing. Prints nothing.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path as Folder
from urllib.parse import urlsplit

import numpy as np
import soxr
from captionflow import ServerError
from msgspec import Struct
from numpy.typing import NDArray
from playwright.async_api import Browser

from benchmarks.chaos import talk, tones
from benchmarks.chaos.model import NAME
from benchmarks.chaos.process import Server
from benchmarks.chaos.proxy import path
from benchmarks.chaos.schedule import Drop, Way
from benchmarks.chaos.talk import Talk
from benchmarks.page import account
from benchmarks.page.chromium import Microphone, chromium
from benchmarks.page.place import sound
from benchmarks.page.stored import Stored, stored
from benchmarks.page.visit import Seen, Stuck, visit
from benchmarks.run.talks import sections
from benchmarks.speech.corpus import RATE

BEFORE = 5.0  # seconds of talk before the cut
REST = 12.0  # and when it is over
AFTER = 2.0  # seconds that the page listens on when the talk is over
WAYS = (Way.CUT, Way.FREEZE, Way.HALF)
BYTES = 2  # of a sample

Told = Callable[[str], None]


class Settings(Struct, frozen=True):
    """lengths: seconds of the cuts, each in every way; before them an uncut visit."""

    lengths: tuple[float, ...]
    seed: int = 1


class Verdict(Struct, frozen=True):
    """way: None for a visit without a cut. said, read, kept: the utterances, those that could be
    read in the end, and the words of the stored transcript.

    spoiled: words that were no words any more when the page sent them. unsaved: seconds of sound
    that the recording has not as the page sent them. back: seconds from the end of the cut until
    the server was heard again. moved: committed words that were elsewhere before.
    """

    way: str | None
    seconds: float
    said: tuple[str, ...]
    read: tuple[str, ...]
    kept: tuple[str, ...]
    spoiled: int
    unsaved: float
    back: float | None
    moved: tuple[str, ...]

    @property
    def lost(self) -> list[str]:
        """Utterances that could be read too rarely; one that changed is also `more`."""
        return list((Counter(self.said) - Counter(self.read)).elements())

    @property
    def more(self) -> list[str]:
        """Utterances that could be read too often, or were never said."""
        return list((Counter(self.read) - Counter(self.said)).elements())

    @property
    def differs(self) -> bool:
        """The stored transcript from what could be read."""
        return list(self.kept) != " ".join(self.read).split()


class Result(Struct, frozen=True):
    verdicts: tuple[Verdict, ...]
    faults: tuple[str, ...]


async def measure(settings: Settings, folder: Folder, tell: Told) -> Result:
    """Raises ServerDied, NoBrowser."""
    cuts: list[Drop | None] = [None]
    cuts += [Drop(way, BEFORE, seconds) for seconds in settings.lengths for way in WAYS]
    server = Server(folder, sections(NAME))
    microphone = Microphone(folder / "microphone.wav")
    tell("the server starts")
    async with server.running(), chromium(microphone) as browser:
        run = Run(server.url, browser, microphone)
        for number, cut in enumerate(cuts):
            named = "uncut" if cut is None else f"{cut.way.value} of {cut.seconds:g} s"
            tell(f"visit {number + 1} of {len(cuts)}: {named}")
            seconds = BEFORE + REST + (cut.seconds if cut else 0.0)
            said = talk.make(f"cut {settings.seed} {number}", seconds, flushing=False)
            await run.one(cut, said, named)
    return Result(tuple(run.verdicts), tuple(run.faults))


class Run:
    def __init__(self, url: str, browser: Browser, microphone: Microphone) -> None:
        self.url = url
        self.browser = browser
        self.microphone = microphone
        self.verdicts: list[Verdict] = []
        self.faults: list[str] = []

    async def one(self, cut: Drop | None, said: Talk, where: str) -> None:
        self.microphone.plays(said.samples)
        try:
            seen, over = await self._visited(cut, len(said.samples) / RATE)
            self.faults += [f"{where}: {it}" for it in seen.broken]
            found = await stored(self.url, account.session(seen))
            self.verdicts.append(judge(cut, said, seen, found, over))
        except (Stuck, ServerError) as error:
            self.faults.append(f"{where}: {error}")

    async def _visited(self, cut: Drop | None, seconds: float) -> tuple[Seen, float]:
        """And when the cut was over."""
        server = urlsplit(self.url)
        async with (
            path(str(server.hostname), int(server.port or 0)) as way,
            visit(self.browser, way.url, places=True, sound=True) as one,
        ):
            await one.start()
            await one.streams()
            if cut is not None:
                await asyncio.sleep(cut.after)
                await way.drop(cut)
            over = time.monotonic()
            await one.heard(seconds + AFTER)
            await one.stop()
            return await one.seen(), over


def judge(cut: Drop | None, said: Talk, seen: Seen, found: Stored, over: float) -> Verdict:
    """over: when the cut was."""
    sent = account.sent(seen)
    rate = round(seen.witness.pace / BYTES)
    words = " ".join(said.texts).split()
    heard = [word.text.strip() for word in tones.heard(soxr.resample(sound(sent), rate, RATE), 0)]
    times = (seen.at(at) for at, _ in seen.witness.messages)
    back = next((at - over for at in times if at >= over), None)
    return Verdict(
        way=None if cut is None else cut.way.value,
        seconds=0.0 if cut is None else cut.seconds,
        said=tuple(said.texts),
        read=tuple(account.finals(seen)),
        kept=tuple(found.text.split()),
        spoiled=sum((Counter(words) - Counter(heard)).values()),
        unsaved=_unlike(sent, found.samples) / rate,
        back=None if cut is None else back,
        moved=tuple(word for _, word in seen.witness.moved),
    )


def _unlike(sent: NDArray[np.int16], kept: NDArray[np.int16]) -> int:
    """Samples that are not the same, or of one only."""
    both = min(len(sent), len(kept))
    return int((sent[:both] != kept[:both]).sum()) + abs(len(sent) - len(kept))
