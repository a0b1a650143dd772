"""Carries out the turns: a process for each, one after the other. Judges nothing."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec

from benchmarks.batch.contenders import Contender
from benchmarks.batch.job import Answer, Job

LIMIT = 3600.0  # seconds that one contender may take for all files
TAIL = 400  # characters of what a process says when it dies


class Turn(msgspec.Struct, frozen=True):
    """One process. `answer` is None when it failed, and `fault` says why."""

    contender: Contender
    answer: Answer | None
    fault: str = ""


async def play(jobs: Sequence[Job], tell: Callable[[str], None]) -> list[Turn]:
    """One turn for each job, in order; a failure is a turn too."""
    turns: list[Turn] = []
    for number, job in enumerate(jobs, 1):
        tell(f"{number} of {len(jobs)}: {job.contender.name}")
        turns.append(await _turn(job))
    return turns


async def _turn(job: Job, limit: float = LIMIT) -> Turn:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.batch.worker", stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    try:
        async with asyncio.timeout(limit):
            said, errors = await process.communicate(msgspec.json.encode(job))
    except TimeoutError:
        return Turn(job.contender, None, f"no answer in {limit:g} s")
    finally:
        await _end(process)
    if process.returncode:
        return Turn(job.contender, None, errors.decode(errors="replace").strip()[-TAIL:])
    return Turn(job.contender, msgspec.json.decode(said.splitlines()[-1], type=Answer))


async def _end(process: Process) -> None:
    """Leave none behind, also when we are cancelled."""
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
