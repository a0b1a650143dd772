"""The same talk to the page's microphone and by a raw client, in turns. Prints nothing."""

from collections.abc import Callable, Sequence
from pathlib import Path

from captionflow import ServerError
from msgspec import Struct
from playwright.async_api import Browser

from benchmarks.chaos.process import Server
from benchmarks.figures import metrics
from benchmarks.figures.metrics import StreamScore
from benchmarks.page import account
from benchmarks.page.account import NotPlaced
from benchmarks.page.chromium import Microphone, chromium
from benchmarks.page.stored import stored
from benchmarks.page.visit import Seen, Stuck, visit
from benchmarks.run.clocks import Steps
from benchmarks.run.drive import StreamLog, drive
from benchmarks.run.live import beside
from benchmarks.run.talks import sections, talks
from benchmarks.speech.corpus import SHIPPED
from benchmarks.speech.streams import Stream
from benchmarks.targets.captionflow import CaptionFlow

ENDPOINT = 500  # ms of pause that end an utterance, as pages have it
DRAIN = 60.0  # seconds that the raw client may take to end after its audio
AFTER = 1.0  # seconds that the page listens on when the file is over

Told = Callable[[str], None]


class Settings(Struct, frozen=True):
    """seconds: of each talk. warmup: seconds of the raw client before. corpus: its name.

    model: with "tones", one that costs next to nothing hears a talk of tones in place of speech.
    """

    repeats: int
    seconds: float
    warmup: float = 10.0
    corpus: str = SHIPPED.name
    category: str | None = None
    model: str | None = None
    seed: int = 1


class Visited(Struct, frozen=True):
    """One talk to the page. told: its captions as they came; shown: as they could be read.

    sending: seconds from capture to the socket, of each piece of sound. showing: seconds from a
    message to the frame that shows it.
    """

    told: StreamScore
    shown: StreamScore
    sending: tuple[float, ...]
    showing: tuple[float, ...]


class Result(Struct, frozen=True):
    visited: tuple[Visited, ...]
    raw: tuple[StreamScore, ...]
    faults: tuple[str, ...]


async def measure(settings: Settings, recordings: Path, folder: Path, tell: Told) -> Result:
    """recordings: the corpus. folder: the server's. Raises ServerDied, CorpusError, NoBrowser."""
    said = [
        talks(
            settings.model,
            recordings,
            settings.category,
            1,
            settings.seconds,
            settings.seed + repeat,
        )[0]
        for repeat in range(settings.repeats)
    ]
    tell("the server starts")
    steps = Steps()
    microphone = Microphone(folder / "microphone.wav")
    server = Server(folder, sections(settings.model))
    async with server.running(), chromium(microphone) as browser, beside(steps.run()):
        run = Run(settings, server.url, browser, microphone, tell)
        await run.all(said)
    return run.result(steps.fault)


class Run:
    def __init__(
        self, settings: Settings, url: str, browser: Browser, microphone: Microphone, tell: Told
    ) -> None:
        self.settings = settings
        self.url = url
        self.browser = browser
        self.microphone = microphone
        self.tell = tell
        self.visited: list[Visited] = []
        self.raw: list[StreamScore] = []
        self.faults: list[str] = []

    def result(self, fault: str | None) -> Result:
        faults = [*self.faults, *([fault] if fault else [])]
        return Result(tuple(self.visited), tuple(self.raw), tuple(faults))

    async def all(self, talks: Sequence[Stream]) -> None:
        self.tell("warm-up")
        await self._play(talks[0].beginning(self.settings.warmup))
        for number, stream in enumerate(talks):
            turns = (("page", self._visit), ("raw client", self._say))
            # Who comes first changes, so that what is left of a turn is nobody's advantage.
            for name, turn in turns[:: -1 if number % 2 else 1]:
                self.tell(f"repeat {number + 1} of {len(talks)}: {name}")
                await turn(stream, f"repeat {number + 1}, {name}")

    async def _say(self, stream: Stream, where: str) -> None:
        score = metrics.score(await self._play(stream))
        self.raw.append(score)
        found = metrics.faults(metrics.figures([score]), [score])
        self.faults += [f"{where}: {fault}" for fault in found]

    async def _play(self, stream: Stream) -> StreamLog:
        target = CaptionFlow(self.url, "en", ENDPOINT, None, None)
        (log,) = await drive(target, [stream], (0.0,), DRAIN, lambda _: None)
        return log

    async def _visit(self, stream: Stream, where: str) -> None:
        self.microphone.plays(stream.samples)
        try:
            async with visit(self.browser, self.url) as one:
                await one.start()
                await one.heard(stream.seconds + AFTER)
                await one.stop()
                seen = await one.seen()
            self.faults += [f"{where}: {fault}" for fault in seen.broken]
            self.visited.append(await self._account(seen, stream))
        except (Stuck, NotPlaced, ServerError) as error:
            self.faults.append(f"{where}: {error}")

    async def _account(self, seen: Seen, stream: Stream) -> Visited:
        since = account.began(seen, stream)
        told = account.told(seen, stream, since)
        kept = await stored(self.url, account.session(seen))
        return Visited(
            told=metrics.score(told),
            shown=metrics.score(account.shown(seen, stream, since)),
            sending=tuple(account.sending(seen, stream, since, kept.sound)),
            showing=tuple(account.showing(seen)),
        )
