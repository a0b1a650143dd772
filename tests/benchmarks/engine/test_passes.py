"""Batches, and what is said of those that fail."""

import os

import pytest

from benchmarks.engine.model import Stages
from benchmarks.engine.passes import WARM, memory, sweep
from tests.benchmarks.engine.conftest import HEAVY, LOOK


class Known:
    """A model whose passes take a known time; from a size on it has no memory."""

    def __init__(self, limit=99):
        self.limit = limit
        self.runs = []

    def run(self, load, windows):
        self.runs.append(len(windows))
        if len(windows) >= self.limit:
            raise RuntimeError("out of memory")
        return Stages(0.1, 0.2, 0.1, 0.1)


def test_the_rate_follows_from_batch_and_time():
    known, told = Known(), []
    (one, four) = sweep(known, [LOOK], (4, 1), 3, "cpu", told.append)
    assert (one.batch, four.batch) == (1, 4)
    assert (one.rate, four.rate) == pytest.approx((2, 8))
    assert four.speed == pytest.approx(8 * LOOK.speech)
    assert four.took.p95 == pytest.approx(0.5) and four.took.count == 3
    assert four.stages == Stages(*map(pytest.approx, (0.1, 0.2, 0.1, 0.1)))
    assert known.runs == [1] * (WARM + 3) + [4] * (WARM + 3)
    assert told == ["look, batch 1", "look, batch 4"]


def test_greater_batches_are_left_out_after_one_that_fails():
    done = list(sweep(Known(limit=2), [LOOK, HEAVY], (1, 2, 4), 1, "cpu", lambda _: None))
    assert [(one.load.name, one.batch, one.failure) for one in done] == [
        ("look", 1, None),
        ("look", 2, "out of memory"),
        ("heavy", 1, None),
        ("heavy", 2, "out of memory"),
    ]
    assert done[1].took is None and done[1].rate == 0


def test_real_passes_are_measured(model):
    (one,) = sweep(model, [LOOK], (2,), 2, "cpu", lambda _: None)
    assert one.failure is None and one.rate > 0 and one.memory > 20


@pytest.mark.parametrize(
    ("said", "found"), [("81559, 3", 81559.0), ("8192, 3\n2048, 5", 10240.0), ("no devices", None)]
)
def test_memory_of_a_gpu_is_what_its_tool_says(tmp_path, monkeypatch, said, found):
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\ncat <<EOF\n{said}\nEOF\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert memory("cuda") == found


def test_no_tool_no_memory(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert memory("cuda") is None
