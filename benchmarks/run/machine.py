"""What the figures were measured on, and what the server used. Reads; changes nothing."""

import asyncio
import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil
from msgspec import Struct

from benchmarks.run.gpu import Gpu

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "captionflow",
    "captionflow-server",
    "ctranslate2",
    "faster-whisper",
    "onnxruntime",
    "websockets",
    "uvicorn",
    "jiwer",
    "whisper-normalizer",
)
SAMPLE = 0.5  # seconds between two looks at the server


class Machine(Struct, frozen=True):
    """`commit` is None outside a checkout; a `+` at its end means uncommitted changes."""

    processor: str
    cores: int
    memory_gib: float
    accelerators: tuple[str, ...]
    system: str
    python: str
    commit: str | None
    versions: dict[str, str]


class Usage(Struct, frozen=True):
    """Of the server's process, and of it with its children. MiB at the peak; cores on average.

    gpu_memory, gpu_busy: of the whole machine, MiB at the peak and percent of the time on average;
    None without a device.
    """

    rss: float
    rss_with_children: float
    cores: float
    cores_with_children: float | None = None
    gpu_memory: float | None = None
    gpu_busy: float | None = None


class NoProcess(Exception):
    """There is no process of that number, or it is not ours to watch."""


def describe() -> Machine:
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count() or 1,
        memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
        accelerators=tuple(
            (_said("nvidia-smi", "--query-gpu=name", "--format=csv,noheader") or "").splitlines()
        ),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        commit=_commit(),
        versions={name: found for name in PACKAGES if (found := _version(name))},
    )


class Watch:
    """Samples a server's memory and processor time until it is told to stop, or the server dies."""

    def __init__(self, pid: int) -> None:
        """Raises NoProcess."""
        try:
            self._process = psutil.Process(pid)
            self._before = self._now = self._spent()
        except psutil.Error as error:
            raise NoProcess(f"cannot watch process {pid}: {error}") from None
        self._rss = self._tree = self._elapsed = 0.0
        self._gpu = Gpu()

    async def run(self) -> None:
        """Sample until cancelled. Ends by itself with the process."""
        clock = asyncio.get_running_loop().time
        gpu = asyncio.create_task(self._gpu.run())
        try:
            began, self._before = clock(), self._spent()
            while True:
                self._sample()
                self._now, self._elapsed = self._spent(), clock() - began
                await asyncio.sleep(SAMPLE)
        except psutil.Error:
            return
        finally:
            gpu.cancel()
            await asyncio.gather(gpu, return_exceptions=True)

    def usage(self) -> Usage:
        span = self._elapsed or float("inf")
        own, tree = (now - before for now, before in zip(self._now, self._before, strict=True))
        gpu = self._gpu.usage()
        return Usage(
            rss=round(self._rss, 1),
            rss_with_children=round(self._tree, 1),
            cores=round(own / span, 2),
            cores_with_children=round(tree / span, 2),
            gpu_memory=round(gpu.memory, 1) if gpu else None,
            gpu_busy=round(gpu.busy, 1) if gpu else None,
        )

    def _sample(self) -> None:
        own = self._process.memory_info().rss
        children = sum(_rss(child) for child in self._process.children(recursive=True))
        self._rss = max(self._rss, own / 2**20)
        self._tree = max(self._tree, (own + children) / 2**20)

    def _spent(self) -> tuple[float, float]:
        """Seconds of processor time of the process, and with its children, also those that ended.

        The time of a child that is waited for passes to its parent.
        """
        times = self._process.cpu_times()
        tree = sum(_time(child) for child in self._process.children(recursive=True))
        own = times.user + times.system
        return own, own + _of_ended(times) + tree


def _rss(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def _time(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system + _of_ended(times)


def _of_ended(times: Any) -> float:
    """Where the system says what ended children have used."""
    return float(getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _commit() -> str | None:
    commit = _said("git", "-C", str(ROOT), "rev-parse", "HEAD")
    if commit is None:
        return None
    return commit + ("+" if _said("git", "-C", str(ROOT), "status", "--porcelain") else "")


def _said(*command: str) -> str | None:
    """What a command prints; None when it is not there, fails or takes long."""
    if shutil.which(command[0]) is None:
        return None
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (subprocess.SubprocessError, OSError):
        return None
    return done.stdout.strip()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
