"""The same talk by WebSocket and by WHIP, in turns, to one server. Prints nothing."""

from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from benchmarks.figures import metrics
from benchmarks.figures.metrics import StreamScore
from benchmarks.run.clocks import Steps
from benchmarks.run.drive import LEAD, StreamLog, drive
from benchmarks.run.live import beside
from benchmarks.run.talks import talks
from benchmarks.speech import arrivals
from benchmarks.speech.corpus import SHIPPED
from benchmarks.speech.streams import Stream
from benchmarks.targets.captionflow import CaptionFlow
from benchmarks.targets.port import Target
from benchmarks.whip import delay
from benchmarks.whip.server import served
from benchmarks.whip.target import Whip

ENDPOINT = 500  # ms of pause that end an utterance
DRAIN = 60.0  # seconds that a stream may take to end after its audio
SPREAD = 2.0  # seconds over which streams begin

Told = Callable[[str], None]


class Settings(Struct, frozen=True):
    """seconds: of each stream. streams: at a time, all by the same way. warmup: seconds of each
    way before, which count for nothing. corpus: its name.
    """

    repeats: int
    seconds: float
    streams: int = 1
    warmup: float = 10.0
    corpus: str = SHIPPED.name
    category: str | None = None
    model: str | None = None
    seed: int = 1


class Turn(Struct, frozen=True):
    """One repeat by one way. behind: seconds, of the server behind the sound; see `delay`."""

    way: str
    scores: tuple[StreamScore, ...]
    behind: tuple[float, ...]


class Result(Struct, frozen=True):
    turns: tuple[Turn, ...]
    faults: tuple[str, ...]


async def measure(settings: Settings, recordings: Path, folder: Path, tell: Told) -> Result:
    """recordings: the corpus. folder: the server's. Raises ServerDied, CorpusError."""
    plays = [speech(settings, recordings, repeat) for repeat in range(settings.repeats)]
    tell("the server starts")
    turns: list[Turn] = []
    faults: list[str] = []
    steps = Steps()
    async with served(folder, settings.streams, settings.model) as server, beside(steps.run()):
        targets = _targets(server.url)
        for target in targets:
            tell(f"warm-up by {target.name}")
            await _play(target, [one.beginning(settings.warmup) for one in plays[0]], settings)
        for repeat, playing in enumerate(plays):
            # Who comes first changes, so that what is left of a turn is nobody's advantage.
            for target in targets[:: -1 if repeat % 2 else 1]:
                tell(f"repeat {repeat + 1} of {settings.repeats} by {target.name}")
                logs = await _play(target, playing, settings)
                scores = tuple(metrics.score(log) for log in logs)
                behind = (late for log in logs for _, late in delay.delays(log))
                turns.append(Turn(target.name, scores, tuple(behind)))
                found = faults_of(logs, scores)
                faults += [f"repeat {repeat + 1}, {target.name}: {fault}" for fault in found]
    return Result(tuple(turns), tuple([*faults, *([steps.fault] if steps.fault else [])]))


def speech(settings: Settings, recordings: Path, repeat: int) -> list[Stream]:
    """What is played in a repeat, by both ways. Raises CorpusError."""
    return talks(
        settings.model,
        recordings,
        settings.category,
        settings.streams,
        settings.seconds,
        settings.seed + repeat,
    )


def faults_of(logs: Sequence[StreamLog], scores: Sequence[StreamScore]) -> list[str]:
    """Why a turn must not be used."""
    found = metrics.faults(metrics.figures(scores), scores)
    for log in logs:
        if log.connected is not None and log.connected > LEAD:
            late = log.connected - LEAD
            found.append(f"stream {log.stream.index} was connected {late:.1f} s after it began")
    return found


def _targets(url: str) -> tuple[Target, ...]:
    return CaptionFlow(url, "en", ENDPOINT, None, None), Whip(url, "en", ENDPOINT)


async def _play(target: Target, playing: Sequence[Stream], settings: Settings) -> list[StreamLog]:
    offsets = arrivals.plan(len(playing), SPREAD, settings.seed)
    return await drive(target, playing, offsets, DRAIN, lambda _: None)
