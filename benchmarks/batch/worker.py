"""One contender over all files, in a process of its own: a job on standard input, the answer on
standard output. Compares nothing.

A process of its own, so that the peak of its memory is its own, and nothing that another left
behind makes it faster or slower.
"""

import asyncio
import os
import resource
import sys
import time
from pathlib import Path

import msgspec

from benchmarks.batch.job import Answer, Heard, Job


def main() -> None:
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    _confine(job.cores)
    run = _ours if job.contender.kind in ("captionflow", "served") else _theirs
    sys.stdout.buffer.write(msgspec.json.encode(run(job)) + b"\n")


def _ours(job: Job) -> Answer:
    return asyncio.run(_our_files(job))


async def _our_files(job: Job) -> Answer:
    # Either side loads only its own libraries: the other's would count as its memory.
    from benchmarks.batch import ours

    began = time.perf_counter()
    async with ours.opened(job) as hear:
        await hear(Path(job.warm))
        loading, loaded = time.perf_counter() - began, peak()
        heard = []
        for path in job.files:
            start = time.perf_counter()
            text, words = await hear(Path(path))
            heard.append(Heard(text, time.perf_counter() - start, words))
    return Answer(tuple(heard), loading, loaded, peak())


def _theirs(job: Job) -> Answer:
    from benchmarks.batch import theirs

    began = time.perf_counter()
    hear = theirs.opened(job)
    hear(Path(job.warm))
    loading, loaded = time.perf_counter() - began, peak()
    heard = []
    for path in job.files:
        start = time.perf_counter()
        text = hear(Path(path))
        heard.append(Heard(text, time.perf_counter() - start, 0))
    return Answer(tuple(heard), loading, loaded, peak())


def peak() -> float:
    """MiB that this process has had at most.

    Linux keeps `ru_maxrss` over exec, so there it may be the parent's; VmHWM begins anew.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        unit = 2**20 if sys.platform == "darwin" else 2**10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 2**10


def _confine(cores: int) -> None:
    """Let the system hold us to so many cores, where it can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


if __name__ == "__main__":
    main()
