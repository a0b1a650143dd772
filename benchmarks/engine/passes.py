"""Batch sizes against speed: passes of every load, one after the other, nothing else running."""

import gc
import subprocess
from collections.abc import Callable, Iterator, Sequence

import psutil
from msgspec import Struct

from benchmarks.engine.model import Fixed, Load, Stages, noise
from benchmarks.figures.metrics import Summary, summary
from benchmarks.run.gpu import PATIENCE, QUERY, TOOL, parse

WARM = 2  # passes that count for nothing: memory is taken, kernels are chosen


class Passes(Struct, frozen=True):
    """One load at one batch size. Seconds of a pass; MiB, of the device where it tells.

    stages: mean seconds. rate: windows a second. speed: seconds of speech a second.
    failure: why there are no figures, like memory that was too short.
    """

    load: Load
    batch: int
    repeats: int
    took: Summary | None
    stages: Stages | None
    rate: float
    speed: float
    memory: float | None
    failure: str | None = None


def sweep(
    model: Fixed,
    loads: Sequence[Load],
    batches: Sequence[int],
    repeats: int,
    device: str,
    tell: Callable[[str], None],
) -> Iterator[Passes]:
    """Every load at every batch size; greater ones are left out after one that fails."""
    for load in loads:
        for batch in sorted(batches):
            tell(f"{load.name}, batch {batch}")
            done = _measured(model, load, batch, repeats, device)
            yield done
            if done.failure is not None:
                break


def _measured(model: Fixed, load: Load, batch: int, repeats: int, device: str) -> Passes:
    windows = noise(load, batch)
    gc.collect()
    try:
        for _ in range(WARM):
            model.run(load, windows)
        stages = [model.run(load, windows) for _ in range(repeats)]
    except RuntimeError as error:  # what CTranslate2 says of a device that is full
        return Passes(load, batch, repeats, None, None, 0.0, 0.0, memory(device), str(error))
    whole = [one.whole for one in stages]
    rate = batch * repeats / sum(whole)
    took, mean = summary(whole), _mean(stages)
    return Passes(load, batch, repeats, took, mean, rate, rate * load.speech, memory(device))


def _mean(stages: Sequence[Stages]) -> Stages:
    count = len(stages)
    return Stages(
        sum(one.features for one in stages) / count,
        sum(one.encode for one in stages) / count,
        sum(one.decode for one in stages) / count,
        sum(one.align for one in stages) / count,
    )


def memory(device: str) -> float | None:
    """MiB in use: of the GPUs as their driver says, or of this process. None where it is silent."""
    if device == "cpu":
        return round(psutil.Process().memory_info().rss / 2**20, 1)
    try:
        said = subprocess.run([TOOL, *QUERY], capture_output=True, text=True, timeout=PATIENCE)
    except (subprocess.SubprocessError, OSError):
        return None
    found = parse(said.stdout)
    return found.memory if found else None
