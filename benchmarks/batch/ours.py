"""Files through our own pipeline: in this process, or through a server. Times nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from benchmarks.batch.job import Job
from inference.settings import ModelSettings
from server.commands import transcripts
from server.commands.options import settings

Hear = Callable[[Path], Awaitable[tuple[str, int]]]
"""A file to its text, and how many of its words have times."""


@asynccontextmanager
async def opened(job: Job) -> AsyncIterator[Hear]:
    """What `captionflow transcribe` runs, with and without --url. Raises ClickException."""
    if job.contender.kind == "served":
        assert job.url is not None
        transcriber = transcripts.there(job.url, job.language, None)
    else:
        transcriber = transcripts.here(replace(settings(), model=model(job)), job.language)
    async with transcriber as hear:

        async def told(path: Path) -> tuple[str, int]:
            found = await hear(path, _nothing)
            words = sum(len(line.words or ()) for line in found.lines)
            return " ".join(line.text for line in found.lines), words

        yield told


def _nothing(_: float, __: str = "", /) -> None:
    """The progress, which nobody looks at."""


def model(job: Job) -> ModelSettings:
    """As the server has it by default, on so many cores; a device takes one pass at a time."""
    return ModelSettings(
        name=job.weights,
        device=job.device,
        compute_type=job.compute_type,
        workers=job.cores if job.device == "cpu" else 1,
        beam=job.beam,
    )
