"""What the figures were measured on, and what the server used. Reads; changes nothing."""

import asyncio
import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
from msgspec import Struct

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
    """Of the server's process, and of it with its children. MiB at the peak; cores on average."""

    rss: float
    rss_with_children: float
    cores: float


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
        self._process = psutil.Process(pid)
        self._rss = self._tree = self._spent = self._elapsed = 0.0

    async def run(self) -> None:
        """Sample until cancelled. Ends by itself with the process."""
        clock = asyncio.get_running_loop().time
        try:
            began, spent = clock(), self._cpu()
            while True:
                self._sample()
                self._spent, self._elapsed = self._cpu() - spent, clock() - began
                await asyncio.sleep(SAMPLE)
        except psutil.NoSuchProcess:
            return

    def usage(self) -> Usage:
        cores = self._spent / self._elapsed if self._elapsed else 0.0
        return Usage(round(self._rss, 1), round(self._tree, 1), round(cores, 2))

    def _sample(self) -> None:
        own = self._process.memory_info().rss
        children = sum(_rss(child) for child in self._process.children(recursive=True))
        self._rss = max(self._rss, own / 2**20)
        self._tree = max(self._tree, (own + children) / 2**20)

    def _cpu(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system


def _rss(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0


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
