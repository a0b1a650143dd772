"""The embedded Postgres: made once, started as a child, stopped with us. Knows no table.

In its folder: `cluster` (the database), `password`, `log` and `log.1` (this run's and the last
one's), two lock files, `socket`, and `programs-*` where root's own cannot be used by others.
"""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from storage import programs
from storage.account import Account, check_open, hand_over, postgres_account
from storage.database import reachable
from storage.errors import Unavailable, Unusable
from storage.locks import held
from storage.placement import STATE, placed
from storage.sockets import socket_folder

NAME = "captionflow"  # of the role and of its database
MAKING, STARTING, STOPPING = 120.0, 60.0, 20.0  # seconds after which each has failed
DYING = 2.0  # seconds that a killed server takes at most until its locks are free
TAIL = 20  # lines of the log that an error shows
BUILTIN = 17  # the first version with a collation of its own, the same on every system

SETTINGS = {
    "port": "5432",  # part of the socket's name
    "listen_addresses": "",  # the socket only
    "unix_socket_permissions": "0700",
    "jit": "off",  # compiling a short query takes longer than running it
    "log_checkpoints": "off",  # or the log would grow while nothing happens
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@asynccontextmanager
async def running(
    data_dir: Path, settings: Mapping[str, str] | None = None, state: Path = STATE
) -> AsyncIterator[str]:
    """A Postgres in `data_dir`, which is made if need be; yields its postgresql:// address.

    settings: more of Postgres's own, by name; with `fsync` off, making it skips that too.
    state: where it goes when root starts it in a folder that others may not enter.
    Starts again however the last run ended. Raises Unusable, with what to change.
    """
    account = postgres_account(data_dir / "cluster")
    home = await asyncio.to_thread(placed, data_dir, account, state)
    _make_home(home, account)
    in_use = f"{home} is in use by another server; choose another data directory"
    stuck = f"Postgres of an earlier run does not end: its id is in {home}/cluster/postmaster.pid"
    async with (
        held(home / "owner.lock", DYING, in_use),
        # Every process of Postgres holds this one: who gets it knows that all of them have ended.
        held(home / "cluster.lock", STOPPING, stuck) as lock,
    ):
        folder = await asyncio.to_thread(programs.usable, programs.find(), home, account)
        cluster = Cluster(home, folder, account, lock, {**SETTINGS, **(settings or {})})
        await cluster.make()
        async with cluster.serving() as address:
            yield address


def _make_home(home: Path, account: Account) -> None:
    fresh = [path for path in (home, *home.parents) if not path.exists()]
    home.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        for path in fresh:
            path.chmod(0o711)  # others may pass, and see nothing
        check_open(home, account, "choose a data directory elsewhere, as in /var/lib")


class Cluster:
    """A cluster of Postgres below `home`. `lock` is a handle that its processes keep open."""

    def __init__(
        self, home: Path, binaries: Path, account: Account, lock: int, settings: Mapping[str, str]
    ) -> None:
        self._home, self._binaries, self._account = home, binaries, account
        self._lock, self._settings = lock, settings
        self._log = home / "log"

    async def make(self) -> None:
        """Unless it is there. A making that was cut off is begun anew."""
        draft, done = self._home / "draft", self._home / "cluster"
        await asyncio.to_thread(shutil.rmtree, draft, ignore_errors=True)
        if done.exists():
            return
        password = secrets.token_urlsafe(32)
        _write_private(self._home / "password", password)
        draft.mkdir(mode=0o700)
        _write_private(draft / "password", password)
        for path in (draft, draft / "password"):
            hand_over(path, self._account)
        await self._initdb(draft)
        (draft / "cluster").rename(done)
        shutil.rmtree(draft)

    async def _initdb(self, draft: Path) -> None:
        command = [self._program("initdb"), *("-D", str(draft / "cluster")), *("-U", NAME)]
        command += ["-A", "scram-sha-256", "--pwfile", str(draft / "password"), "-E", "UTF8"]
        command += self._locale()
        if self._settings.get("fsync") == "off":
            command += ["--no-sync"]
        with self._started(command) as process:
            try:
                failed = await asyncio.to_thread(process.wait, MAKING) != 0
            except subprocess.TimeoutExpired:
                failed = True
            if failed:
                raise Unusable(f"initdb failed in {self._home}\n{self._tail()}")

    def _locale(self) -> list[str]:
        if int(programs.release(self._binaries).partition(".")[0]) < BUILTIN:
            return ["--locale=C.UTF-8"]
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Runs it; yields the address of our database in it."""
        # The lock is ours, so this is stale. Postgres looks only whether some process has the id
        # in it, and in a small container one soon has.
        (self._home / "cluster" / "postmaster.pid").unlink(missing_ok=True)
        with (
            socket_folder(self._home, self._settings["port"], self._account) as folder,
            self._started(self._command(folder)) as process,
        ):
            try:
                await self._ready(process, self._address(folder, "postgres"))
                await _make_database(self._address(folder, "postgres"))
                yield self._address(folder, NAME)
            finally:
                await asyncio.to_thread(_stop, process)

    def _command(self, folder: Path) -> list[str]:
        settings = {**self._settings, "unix_socket_directories": str(folder)}
        choices = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [self._program("postgres"), "-D", str(self._home / "cluster"), *choices]

    def _address(self, folder: Path, database: str) -> str:
        password = (self._home / "password").read_text()
        where = f"host={folder}&port={self._settings['port']}"
        return f"postgresql://{NAME}:{password}@/{database}?{where}"

    async def _ready(self, process: subprocess.Popen[bytes], address: str) -> None:
        def look() -> None:
            if process.poll() is not None:
                raise Unusable(f"Postgres did not start in {self._home}\n{self._tail()}")

        try:
            await reachable(address, STARTING, look)
        except Unavailable as error:
            raise Unusable(f"{error}\n{self._tail()}") from error

    @contextmanager
    def _started(self, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
        """A child that ends when we do. On this thread: see child.py."""
        if self._log.exists():
            self._log.replace(self._log.with_name("log.1"))
        child = [sys.executable, "-I", "-S", str(Path(__file__).with_name("child.py"))]
        account = [str(self._account.uid), str(self._account.gid), str(os.getpid())]
        with (
            self._log.open("wb") as log,
            subprocess.Popen(
                [*child, *account, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
                pass_fds=[self._lock],
                start_new_session=True,  # Ctrl-C is for the server, which still has rows to write
            ) as process,
        ):
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()

    def _program(self, name: str) -> str:
        return str(self._binaries / name)

    def _tail(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-TAIL:])


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


async def _make_database(address: str) -> None:
    connection = await asyncpg.connect(address, timeout=STARTING)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", NAME):
            await connection.execute(f'CREATE DATABASE "{NAME}"')
    finally:
        await connection.close(timeout=STOPPING)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Fast, which tells clients and writes everything; else at once, which recovers at start."""
    for sign in (signal.SIGINT, signal.SIGQUIT):
        process.send_signal(sign)
        try:
            process.wait(STOPPING)
            return
        except subprocess.TimeoutExpired:
            continue
