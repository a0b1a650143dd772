"""Files of a corpus through a server as its users send them, or one of hours. Prints nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from captionflow import AsyncBatch, ServerError, Uploading, Working
from msgspec import Struct

from benchmarks.run.live import beside
from benchmarks.run.serve import toml
from benchmarks.run.settings import Sections
from benchmarks.speech import corpus, streams
from benchmarks.speech.entry import Entry
from benchmarks.uploads import long
from benchmarks.uploads.expected import REFUSALS, Answer
from benchmarks.uploads.long import Long
from benchmarks.uploads.memory import Memory
from benchmarks.uploads.plan import Plan, plan
from server.commands.child import Child, serve_command, serving

LIMIT = 900.0  # seconds for any file
SLOWEST = 3.0  # times its own length that an hours-long file may take besides

Told = Callable[[str], None]


class Settings(Struct, frozen=True):
    """corpus: the name of its folder. category: with commas between; "" is all of them. clean: the
    category with the undamaged recordings. together: files under way. long: hours of one file,
    made of the chosen ones; 0: these themselves are sent."""

    corpus: str
    category: str = ""
    clean: str = "short"
    language: str = "en"
    model: str = "base"
    together: int = 4
    long: float = 0.0
    seed: int = 1


class Result(Struct, frozen=True):
    """alone: of those that were refused, once more with nothing else under way. rest: MB of the
    server before the first file; peak: at most while files came; part: at most while a part of the
    long one was heard alone. faults: beside wrong answers."""

    answers: tuple[Answer, ...]
    alone: tuple[Answer, ...]
    rest: float
    peak: float
    faults: tuple[str, ...]
    long: Long | None = None
    part: float = 0.0


def chosen(settings: Settings, folder: Path) -> Plan:
    """Raises CorpusError."""
    categories = [part for part in settings.category.split(",") if part]
    entries = corpus.entries(folder)
    return plan(entries, categories, settings.clean, settings.language, settings.seed)


async def measure(
    settings: Settings, source: Path, planned: Plan, folder: Path, tell: Told
) -> Result:
    """source: the corpus. folder: for the server and for files. Raises ServerDied, CorpusError."""
    made = await asyncio.to_thread(_long, settings, source, planned, folder)
    async with _server(settings, folder) as child:
        memory, client = Memory(child.process.pid), Client(child.url, settings, tell)
        rest = await memory.at_rest()
        async with beside(memory.run()):
            if made:
                await client.sent("part", made.part, LIMIT)
                part = memory.taken()
                answers, alone = [await client.hours(made)], list[Answer]()
            else:
                part = 0.0
                files = [(entry, source / entry.file) for entry in planned.order]
                answers = await client.all(files)
                alone = await client.refused_alone(files, answers)
        died = (str(child.died),) if child.died else ()
    return Result(tuple(answers), tuple(alone), rest, memory.taken(), died, made, part)


def _long(settings: Settings, source: Path, planned: Plan, folder: Path) -> Long | None:
    if not settings.long:
        return None
    seconds = settings.long * 3600
    said = streams.load(corpus.referenced(source, planned.chosen))
    (part,) = streams.build(said, 1, min(long.PART, seconds), settings.seed)
    return long.made(folder, part, seconds)


@asynccontextmanager
async def _server(settings: Settings, folder: Path) -> AsyncIterator[Child]:
    config = folder / "settings.toml"
    most = max(6.0, settings.long + 1) * 3600
    sections: Sections = {
        "model": {"name": settings.model},
        "uploads": {"max_seconds": round(most)},
    }
    config.write_text(toml(sections))
    async with serving(serve_command(folder, "--config", str(config)), folder / "log") as child:
        yield child


class Client:
    def __init__(self, url: str, settings: Settings, tell: Told) -> None:
        self.batch = AsyncBatch(url, at_once=settings.together)
        self.language = settings.language
        self.tell = tell

    async def all(self, files: Sequence[tuple[Entry, Path]]) -> list[Answer]:
        """All of them together, good and bad, in their order."""
        done = 0

        async def one(entry: Entry, path: Path) -> Answer:
            nonlocal done
            answer = await self.sent(entry.id, path, LIMIT)
            done += 1
            self.tell(f"{done} of {len(files)} files answered")
            return answer

        return list(await asyncio.gather(*(one(entry, path) for entry, path in files)))

    async def refused_alone(
        self, files: Sequence[tuple[Entry, Path]], answers: Sequence[Answer]
    ) -> list[Answer]:
        found = list[Answer]()
        for (entry, path), answer in zip(files, answers, strict=True):
            if answer.kind == "refused":
                self.tell(f"{entry.id} once more, alone")
                found.append(await self.sent(entry.id, path, LIMIT))
        return found

    async def hours(self, made: Long) -> Answer:
        def told(progress: Uploading | Working) -> None:
            match progress:
                case Uploading(sent, size):
                    self.tell(f"{100 * sent // size} % of the file sent")
                case Working(stage, share):
                    self.tell(f"{stage}, {share:.0%}")

        return await self.sent("long", made.path, LIMIT + SLOWEST * made.seconds, told)

    async def sent(
        self,
        id: str,
        path: Path,
        limit: float,
        told: Callable[[Uploading | Working], None] = lambda _: None,
    ) -> Answer:
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(limit):
                found = await self.batch.transcribe(path, language=self.language, told=told)
        except ServerError as error:
            seconds, known = clock() - began, error.code in REFUSALS
            return Answer(
                id, "refused" if known else "lost", seconds, "", error.code, error.message
            )
        except TimeoutError:
            return Answer(id, "lost", limit, "", "timeout", f"no answer in {limit:g} s")
        said = bool(found.text.strip())
        return Answer(id, "text" if said else "empty", clock() - began, found.text)
