"""Publishers some of whose packets are lost: what is missing, and how far the server falls behind.

Two sessions for each share of loss. One plays marks, and its recording says which packets are in
it; the other plays speech, and its captions say what the holes cost. Prints nothing.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from captionflow import ServerError, Welcome
from msgspec import Struct

from benchmarks.chaos import kept
from benchmarks.figures import metrics
from benchmarks.figures.metrics import StreamScore
from benchmarks.run.clocks import Steps
from benchmarks.run.drive import StreamLog, drive
from benchmarks.run.live import beside
from benchmarks.speech.corpus import SHIPPED
from benchmarks.speech.streams import Stream
from benchmarks.whip import compare, delay, marks
from benchmarks.whip.compare import DRAIN, ENDPOINT
from benchmarks.whip.marks import Found, Samples
from benchmarks.whip.opus import ALONE, SPEECH
from benchmarks.whip.relay import Loss
from benchmarks.whip.server import served
from benchmarks.whip.target import Whip
from server.commands import ask

STORED = 60.0  # seconds that a recording may take to be stored
PACKETS = 50  # a second

Told = Callable[[str], None]


class Settings(Struct, frozen=True):
    """percent: of the media that is lost, none and then so much. seconds: of each session."""

    percent: tuple[float, ...]
    seconds: float
    repeats: int = 1
    corpus: str = SHIPPED.name
    category: str | None = None
    model: str | None = None
    seed: int = 1


class Marked(Struct, frozen=True):
    """A session of marks. lost: packets, of `sent`. found: None when there is no recording."""

    sent: int
    lost: int
    found: Found | None
    delays: tuple[tuple[float, float], ...]


class Lossy(Struct, frozen=True):
    """All sessions with one share of loss."""

    percent: float
    marked: tuple[Marked, ...]
    spoken: tuple[StreamScore, ...]
    delays: tuple[tuple[tuple[float, float], ...], ...]  # of the spoken


class Result(Struct, frozen=True):
    levels: tuple[Lossy, ...]
    faults: tuple[str, ...]


async def measure(settings: Settings, recordings: Path, folder: Path, tell: Told) -> Result:
    """recordings: the corpus. folder: the server's. Raises ServerDied, CorpusError."""
    given = compare.Settings(
        repeats=settings.repeats,
        seconds=settings.seconds,
        category=settings.category,
        model=settings.model,
        seed=settings.seed,
    )
    speech = [compare.speech(given, recordings, repeat)[0] for repeat in range(settings.repeats)]
    tell("the server starts")
    steps = Steps()
    async with served(folder, model=settings.model) as server, beside(steps.run()):
        run = Run(settings, server.url, tell)
        levels = [await run.level(percent, speech) for percent in (0.0, *settings.percent)]
    return Result(tuple(levels), tuple([*run.faults, *([steps.fault] if steps.fault else [])]))


class Run:
    def __init__(self, settings: Settings, url: str, tell: Told) -> None:
        self.settings = settings
        self.url = url
        self.tell = tell
        self.faults: list[str] = []

    async def level(self, percent: float, speech: Sequence[Stream]) -> Lossy:
        marked: list[Marked] = []
        spoken: list[StreamScore] = []
        delays: list[tuple[tuple[float, float], ...]] = []
        for repeat, stream in enumerate(speech):
            where = f"{percent:g} % lost, {repeat + 1} of {len(speech)}"
            self.tell(f"{where}: marks")
            marked.append(await self._marks(percent, repeat))
            self.tell(f"{where}: speech")
            log = await self._play(stream, Loss(percent / 100, self.settings.seed + repeat), SPEECH)
            score = metrics.score(log)
            self.faults += [f"{where}: {it}" for it in compare.faults_of([log], [score])]
            spoken.append(score)
            delays.append(tuple(delay.delays(log)))
        return Lossy(percent, tuple(marked), tuple(spoken), tuple(delays))

    async def _marks(self, percent: float, repeat: int) -> Marked:
        seed = self.settings.seed + repeat
        pitches = marks.drawn(round(self.settings.seconds * PACKETS), seed)
        stream = Stream(0, marks.sound(pitches), (), (), ())
        loss = Loss(percent / 100, seed)
        log = await self._play(stream, loss, ALONE)
        recording = await self._recording(log)
        if log.failure or recording is None:
            self.faults.append(f"{percent:g} % lost, marks: {log.failure or 'no recording'}")
        found = None if recording is None else marks.find(pitches, recording, loss.lost)
        return Marked(len(loss.seen), len(loss.lost), found, tuple(delay.delays(log)))

    async def _play(self, stream: Stream, loss: Loss, way: str) -> StreamLog:
        target = Whip(self.url, "en", ENDPOINT, loss=loss, way=way)
        (log,) = await drive(target, [stream], (0.0,), DRAIN, lambda _: None)
        return log

    async def _recording(self, log: StreamLog) -> Samples | None:
        events = (one.event for one in log.seen)
        session = next((it.session for it in events if isinstance(it, Welcome)), None)
        if session is None:
            return None
        try:
            await ask.finished(self.url, session, STORED)
        except ServerError as error:
            self.faults.append(str(error))
            return None
        return await kept.recording(self.url, session)
