"""The live benchmark: streams, a server, a run for each number of streams. Prints nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import metrics
from benchmarks.report.result import Run, Settings
from benchmarks.run.drive import StreamLog, drive
from benchmarks.run.machine import Usage, Watch
from benchmarks.speech import arrivals, corpus, streams
from benchmarks.speech.normalise import tokens
from benchmarks.speech.streams import Stream
from benchmarks.targets.captionflow import CaptionFlow
from benchmarks.targets.port import Target
from server.commands.child import Child, serve_command, serving

Tell = Callable[[int, Sequence[StreamLog]], None]
"""Called twice a second with the number of streams and their logs so far."""


@dataclass
class Played:
    """One number of streams as it went. `died` says how the server ended, if it did."""

    logs: list[StreamLog]
    usage: Usage | None
    died: str | None

    @property
    def nobody(self) -> bool:
        """No stream got through at all, so more streams will not either."""
        return all(log.failure is not None and log.connected is None for log in self.logs)


def prepare(settings: Settings, folder: Path, count: int) -> list[Stream]:
    """The streams to play; a run of fewer takes the first of them. Raises CorpusError."""
    chosen = corpus.select(
        corpus.entries(folder), settings.category, settings.language, settings.ids
    )
    utterances = streams.load(corpus.referenced(folder, chosen))
    return streams.build(utterances, count, settings.seconds, settings.seed)


async def play(
    settings: Settings,
    prepared: Sequence[Stream],
    levels: Sequence[int],
    url: str | None,
    token: str | None,
    tell: Tell,
) -> list[Played]:
    """Run each level in turn against `url`, or a server of our own; stops when it has gone.

    Raises ServerDied when a server of our own does not start.
    """
    done: list[Played] = []
    async with _server(url) as (address, child):
        target = CaptionFlow(
            address, settings.language, settings.endpoint_ms, token, settings.model
        )
        for level in levels:
            offsets = arrivals.plan(level, settings.spread, settings.seed)
            done.append(await _level(settings, target, prepared[:level], offsets, child, tell))
            if done[-1].died or done[-1].nobody:
                break
    return done


def judge(played: Played, offline: dict[int, str]) -> Run:
    """Figures and faults of a run. `offline`: stream index -> full-context transcript."""
    texts = {index: tokens(text) for index, text in offline.items()}
    scores = [metrics.score(log, texts.get(log.stream.index)) for log in played.logs]
    found = metrics.figures(scores)
    faults = metrics.faults(found, scores) + ([played.died] if played.died else [])
    return Run(len(scores), not faults, tuple(faults), found, played.usage, tuple(scores))


@asynccontextmanager
async def _server(url: str | None) -> AsyncIterator[tuple[str, Child | None]]:
    if url is not None:
        yield url, None
        return
    with TemporaryDirectory(prefix="captionflow-bench-", ignore_cleanup_errors=True) as folder:
        # A server started as root runs its database as another user, who must get through.
        Path(folder).chmod(0o711)
        async with serving(serve_command(Path(folder)), Path(folder) / "log") as child:
            yield child.url, child


async def _level(
    settings: Settings,
    target: Target,
    playing: Sequence[Stream],
    offsets: Sequence[float],
    child: Child | None,
    tell: Tell,
) -> Played:
    watch = Watch(child.process.pid) if child else None
    watching = asyncio.create_task(watch.run()) if watch else None
    try:
        logs = await drive(
            target, playing, offsets, settings.drain, lambda logs: tell(len(playing), logs)
        )
    finally:
        if watching:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    return Played(
        logs, watch.usage() if watch else None, str(child.died) if child and child.died else None
    )
