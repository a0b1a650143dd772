"""Levels of quiet sessions against one server, and people who speak beside them. Prints nothing."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from captionflow import ServerError

from benchmarks.figures import metrics
from benchmarks.figures.metrics import Summary, summary
from benchmarks.idle.crowd import Crowd, gathered
from benchmarks.idle.frames import messages, room
from benchmarks.idle.result import Run, Settings
from benchmarks.run.drive import StreamLog, drive
from benchmarks.run.machine import Usage, Watch
from benchmarks.run.serve import toml
from benchmarks.run.settings import Sections
from benchmarks.speech import arrivals
from benchmarks.speech.streams import Stream
from benchmarks.targets.captionflow import CaptionFlow
from server.commands.child import Child, serve_command, serving

NOISE = 30.0  # seconds of the room, again and again
DRAIN = 30.0  # seconds that those who speak may take to end after their audio
SPREAD = 2.0  # seconds over which they begin
ENDPOINT = 500  # ms of pause that end an utterance of theirs
REST = 1.0  # seconds in which the server alone is looked at

Tell = Callable[[str], None]
T = TypeVar("T")


async def measure(settings: Settings, speech: Sequence[Stream], tell: Tell) -> list[Run]:
    """A run for each level, ascending, until one has a fault.

    Raises ServerDied when the server does not start, NoProcess when it is gone.
    """
    audio = messages(room(NOISE, settings.level, settings.seed))
    done: list[Run] = []
    async with _server(settings) as child:
        rest, _ = await _watched(child, asyncio.sleep(REST))
        for level in settings.levels:
            tell(f"{level} quiet sessions")
            done.append(await _level(settings, child, level, audio, speech, rest.rss))
            if not done[-1].valid:
                break
    return done


@asynccontextmanager
async def _server(settings: Settings) -> AsyncIterator[Child]:
    with TemporaryDirectory(prefix="captionflow-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        # A server started as root runs its database as another user, who must get through.
        folder.chmod(0o711)
        config = folder / "settings.toml"
        config.write_text(toml(_sections(settings)))
        command = serve_command(folder, "--config", str(config))
        async with serving(command, folder / "log") as child:
            yield child


def _sections(settings: Settings) -> Sections:
    room = max(settings.levels) + settings.speaking
    named: Sections = {"model": {"name": settings.model}} if settings.model else {}
    return {"server": {"max_sessions": max(room, 1)}} | named


async def _level(
    settings: Settings,
    child: Child,
    count: int,
    audio: Sequence[bytes],
    speech: Sequence[Stream],
    rest: float,
) -> Run:
    try:
        async with gathered(child.url, None, count, audio) as crowd:
            await asyncio.sleep(settings.warmup)
            crowd.forget()
            began, spent = time.monotonic(), time.process_time()
            usage, logs = await _watched(child, _speak(settings, child.url, speech))
            client = (time.process_time() - spent) / (time.monotonic() - began)
            return _judged(crowd, usage, client, logs, rest)
    except ServerError as error:
        return Run(count, (str(error),))


async def _watched(child: Child, work: Coroutine[Any, Any, T]) -> tuple[Usage, T]:
    """What the server used meanwhile, and what the work gave."""
    watch = Watch(child.process.pid)
    watching = asyncio.create_task(watch.run())
    try:
        done = await work
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return watch.usage(), done


async def _speak(settings: Settings, url: str, speech: Sequence[Stream]) -> list[StreamLog]:
    """The time of a run, with or without somebody who speaks."""
    if not speech:
        await asyncio.sleep(settings.seconds)
        return []
    target = CaptionFlow(url, "en", ENDPOINT, None, None)
    offsets = arrivals.plan(len(speech), SPREAD, settings.seed)
    return await drive(target, speech, offsets, DRAIN, lambda _: None)


def _judged(
    crowd: Crowd, usage: Usage, client: float, logs: Sequence[StreamLog], rest: float
) -> Run:
    count = len(crowd.sessions)
    late = summary([*crowd.late, *(late for log in logs for late in log.lateness)])
    return Run(
        sessions=count,
        faults=tuple(_faults(crowd, logs, late)),
        usage=usage,
        rss_a_session=(usage.rss - rest) / count if count else None,
        client_cores=round(client, 2),
        pings=summary(trip for one in crowd.sessions for trip in one.trips),
        late=late,
        heard=sum(one.heard for one in crowd.sessions),
        committed=metrics.figures([metrics.score(log) for log in logs]).committed,
    )


def _faults(crowd: Crowd, logs: Sequence[StreamLog], late: Summary | None) -> list[str]:
    failed = [one.failure for one in crowd.sessions if one.failure is not None]
    said = [f"{len(failed)} of the quiet sessions failed, first: {failed[0]}"] if failed else []
    said += [f"who spoke: {log.failure}" for log in logs if log.failure is not None]
    if late is not None and late.p99 > metrics.LATE:
        said.append(f"the client was {late.p99 * 1000:.0f} ms late (p99): machine too busy")
    return said
