"""The whole measurement of one model: load, batches, lanes, sizing. Prints nothing."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.engine import lanes, passes
from benchmarks.engine.model import Fixed, Load
from benchmarks.engine.result import Settings, Subject
from benchmarks.engine.sizing import Cell, Sizing, best, size
from inference.context import context
from inference.settings import ModelSettings
from inference.types import SAMPLE_RATE, Urgency
from streaming.settings import Policy

LOOK, FINAL, UPLOAD = "look, 4 s", "final, 6 s", "upload, 26 s"
_KINDS = (
    (LOOK, 4.0, Urgency.LOOK),
    ("look, 8 s", 8.0, Urgency.LOOK),
    (FINAL, 6.0, Urgency.FINAL),
    (UPLOAD, 26.0, Urgency.BATCH),
)


def loads() -> list[Load]:
    """The windows that a server makes of speech, with its own context and beams."""
    beams = ModelSettings()
    return [
        Load(
            name,
            context(round(speech * SAMPLE_RATE), urgency),
            speech,
            beams.look_beam if urgency is Urgency.LOOK else beams.beam,
        )
        for name, speech, urgency in _KINDS
    ]


def measure(
    name: str,
    folder: Path,
    compute_type: str,
    settings: Settings,
    tell: Callable[[str], None],
    kinds: Sequence[Load] | None = None,
) -> Subject:
    """Everything about the weights in the folder. A model that cannot be loaded has a failure."""
    kinds = loads() if kinds is None else kinds
    began = time.perf_counter()
    try:
        model = Fixed(folder, settings.device, compute_type, settings.workers, settings.threads)
    except (RuntimeError, ValueError) as error:
        return Subject(name, compute_type, None, (), (), None, str(error))
    loading = time.perf_counter() - began
    done: list[passes.Passes] = []
    for one in passes.sweep(
        model, kinds, settings.batches, settings.repeats, settings.device, tell
    ):
        done.append(one)
    cells = _cells(done)
    beside = _lanes(model, kinds, cells, settings, tell) if settings.lanes else []
    return Subject(name, compute_type, loading, tuple(done), tuple(beside), _sizing(cells))


def _cells(done: Sequence[passes.Passes]) -> list[Cell]:
    return [
        Cell(one.load.name, one.batch, one.rate, one.took.p95)
        for one in done
        if one.took is not None
    ]


def _sizing(cells: Sequence[Cell]) -> Sizing | None:
    every = Policy().look_every
    return None if every is None else size(cells, LOOK, FINAL, every / SAMPLE_RATE)


def _lanes(
    model: Fixed,
    kinds: Sequence[Load],
    cells: Sequence[Cell],
    settings: Settings,
    tell: Callable[[str], None],
) -> list[lanes.Lanes]:
    found = {load.name: load for load in kinds}
    looks = best(cells, LOOK)
    if looks is None or UPLOAD not in found:
        return []
    tell("looks beside uploads")
    return asyncio.run(
        lanes.measure(
            model,
            found[LOOK],
            found[UPLOAD],
            looks.rate * settings.workers,
            settings.seconds,
            max(settings.batches),
            settings.workers,
        )
    )
