"""The live benchmark: streams, a server, a run for each number of streams. Prints nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.figures import metrics
from benchmarks.report.result import Run
from benchmarks.run.clocks import Steps
from benchmarks.run.drive import StreamLog, drive
from benchmarks.run.machine import NoProcess, Usage, Watch
from benchmarks.run.serve import own, toml
from benchmarks.run.settings import Settings
from benchmarks.run.stored import Stored, stored
from benchmarks.speech import arrivals, corpus, streams
from benchmarks.speech.normalise import tokens
from benchmarks.speech.streams import Stream
from benchmarks.targets.captionflow import CaptionFlow
from benchmarks.targets.find import find
from benchmarks.targets.port import Target
from server.commands.child import Child, serve_command, serving

Tell = Callable[[int, Sequence[StreamLog]], None]
"""Called twice a second with the number of streams, 0 in a warm-up, and their logs so far."""


@dataclass
class Played:
    """One number of streams as it went. `died` says how the server ended, if it did.

    more: what else speaks against the run. stored: what a server of this project has kept.
    """

    logs: list[StreamLog]
    usage: Usage | None
    died: str | None
    more: list[str] = field(default_factory=list)
    stored: dict[int, Stored] = field(default_factory=dict)

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
    return streams.build(utterances, count, settings.seconds, settings.seed, settings.talk)


async def play(
    settings: Settings,
    prepared: Sequence[Stream],
    levels: Sequence[int],
    url: str | None,
    token: str | None,
    tell: Tell,
    watch: int | None = None,
) -> list[Played]:
    """Run each level in turn against `url`, or a server of our own; stops when it has gone.

    watch: the process of the server at `url`, if it is one of this machine.
    Raises ServerDied when a server of our own does not start, NoProcess, BadTarget.
    """
    done: list[Played] = []
    if watch is not None:
        Watch(watch)  # one that is not there costs no time
    async with _server(settings, url) as (address, child):
        pid = child.process.pid if child else watch
        target = find(
            settings.target,
            address,
            language=settings.language,
            endpoint_ms=settings.endpoint_ms,
            token=token,
            model=settings.model,
        )
        level = _Level(settings, target, address, child, pid, tell)
        for count in levels:
            done.append(await level.play(prepared[:count]))
            if done[-1].died or done[-1].nobody:
                break
    return done


def judge(played: Played, offline: dict[int, str]) -> Run:
    """Figures and faults of a run. `offline`: stream index -> full-context transcript."""
    texts = {index: tokens(text) for index, text in offline.items()}
    scores = [
        metrics.score(log, texts.get(log.stream.index), played.stored.get(log.stream.index))
        for log in played.logs
    ]
    found = metrics.figures(scores)
    faults = metrics.faults(found, scores) + played.more + ([played.died] if played.died else [])
    return Run(len(scores), not faults, tuple(faults), found, played.usage, tuple(scores))


@asynccontextmanager
async def _server(settings: Settings, url: str | None) -> AsyncIterator[tuple[str, Child | None]]:
    if url is not None:
        yield url, None
        return
    with TemporaryDirectory(prefix="captionflow-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        # A server started as root runs its database as another user, who must get through.
        folder.chmod(0o711)
        config = folder / "settings.toml"
        config.write_text(toml(own(settings)))
        async with serving(serve_command(folder, "--config", str(config)), folder / "log") as child:
            yield child.url, child


@dataclass
class _Level:
    """What all levels have in common."""

    settings: Settings
    target: Target
    address: str
    child: Child | None
    pid: int | None
    tell: Tell

    async def play(self, playing: Sequence[Stream]) -> Played:
        more = await self._warm(playing) if self.settings.warmup else []
        watch, steps = self._watch(), Steps()
        watching = [steps.run(), *([watch.run()] if watch else [])]
        async with beside(*watching):
            logs = await self._drive(playing, len(playing))
        more += [steps.fault] if steps.fault else []
        died = str(self.child.died) if self.child and self.child.died else None
        played = Played(logs, watch.usage() if watch else None, died, more)
        if self.settings.target == CaptionFlow.name and died is None:
            played.stored, missing = await stored(self.address, logs)
            played.more += missing
        return played

    def _watch(self) -> Watch | None:
        """A server that has gone in the meantime is told by its streams, not by this."""
        try:
            return None if self.pid is None else Watch(self.pid)
        except NoProcess:
            return None

    async def _warm(self, playing: Sequence[Stream]) -> list[str]:
        """Play the beginnings on connections of their own; says which failed."""
        short = [stream.beginning(self.settings.warmup) for stream in playing]
        logs = await self._drive(short, 0)
        return [f"warm-up, stream {log.stream.index}: {log.failure}" for log in logs if log.failure]

    async def _drive(self, playing: Sequence[Stream], count: int) -> list[StreamLog]:
        return await drive(
            self.target,
            playing,
            arrivals.plan(len(playing), self.settings.spread, self.settings.seed),
            self.settings.drain,
            lambda logs: self.tell(count, logs),
            self.settings.forced,
        )


@asynccontextmanager
async def beside(*watching: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these while the block does."""
    tasks = [asyncio.create_task(one) for one in watching]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
