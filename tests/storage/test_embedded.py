import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import asyncpg
import psutil
import pytest

from storage.account import postgres_account
from storage.embedded import running
from storage.errors import Unusable
from storage.locks import held
from tests.storage.shared import QUICK, connection, python

OWNER = """
import asyncio, sys
from pathlib import Path
from storage.embedded import running

async def main():
    async with running(Path(sys.argv[1]), {"fsync": "off"}) as address:
        print(address, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def postmaster(home: Path) -> int:
    return int((home / "cluster" / "postmaster.pid").read_text().split()[0])


def named(process: psutil.Process, home: Path) -> bool:
    return str(home) in " ".join(process.info["cmdline"] or ())


async def test_what_was_written_is_there_after_a_restart(folder: Path) -> None:
    async with running(folder, QUICK) as address, connection(address) as opened:
        await opened.execute("CREATE TABLE kept AS SELECT 7 AS it")
    async with running(folder, QUICK) as address, connection(address) as opened:
        assert await opened.fetchval("SELECT it FROM kept") == 7
    assert not (folder / "cluster" / "postmaster.pid").exists()
    assert not (folder / "socket").exists()


async def test_a_killed_owner_takes_postgres_along_and_the_next_start_works(folder: Path) -> None:
    with python(OWNER, folder) as owner:
        assert owner.stdout is not None
        address = owner.stdout.readline().strip()
        async with connection(address) as opened:
            await opened.execute("CREATE TABLE kept AS SELECT 7 AS it")
            owner.kill()
            # At once: Postgres may be shutting down still, and the connection is open.
            async with running(folder, QUICK) as again, connection(again) as reopened:
                assert await reopened.fetchval("SELECT it FROM kept") == 7
            with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
                await opened.fetchval("SELECT 1")
    assert owner.returncode == -signal.SIGKILL


async def test_nothing_of_postgres_outlives_a_killed_owner(folder: Path) -> None:
    with python(OWNER, folder) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline()
        assert [it.pid for it in psutil.process_iter(["cmdline"]) if named(it, folder / "cluster")]
        owner.kill()
    async with held(folder / "cluster.lock", 20, "still running"):
        # What has ended may wait for a parent that never asks; it has no command line then.
        assert [it.pid for it in psutil.process_iter(["cmdline"]) if named(it, folder)] == []


async def test_a_killed_postmaster_is_recovered_from(folder: Path) -> None:
    async with running(folder, {"fsync": "off"}) as address:
        async with connection(address) as opened:
            await opened.execute("CREATE TABLE kept AS SELECT 7 AS it")
        os.kill(postmaster(folder), signal.SIGKILL)
    async with running(folder, QUICK) as address, connection(address) as opened:
        assert await opened.fetchval("SELECT it FROM kept") == 7


async def test_a_stale_pid_file_that_names_a_living_process_is_no_hindrance(folder: Path) -> None:
    async with running(folder, QUICK):
        pid_file = (folder / "cluster" / "postmaster.pid").read_text()
    account = postgres_account(folder / "cluster")
    user = account.uid if os.geteuid() == 0 else None
    with subprocess.Popen(["sleep", "600"], user=user) as bystander:
        rest = pid_file.partition("\n")[2]
        (folder / "cluster" / "postmaster.pid").write_text(f"{bystander.pid}\n{rest}")
        async with running(folder, QUICK) as address, connection(address) as opened:
            assert await opened.fetchval("SELECT 7") == 7
        assert bystander.poll() is None
        bystander.kill()


async def test_a_making_that_was_cut_off_is_begun_anew(folder: Path) -> None:
    (folder / "draft" / "cluster").mkdir(parents=True)
    (folder / "draft" / "cluster" / "PG_VERSION").write_text("18\n")
    (folder / "password").write_text("of the one that was cut off")
    async with running(folder, QUICK) as address, connection(address) as opened:
        assert await opened.fetchval("SELECT 7") == 7
    assert not (folder / "draft").exists()


async def test_a_second_server_on_one_folder_is_refused_and_the_first_goes_on(
    folder: Path,
) -> None:
    async with running(folder, QUICK) as address:
        with pytest.raises(Unusable, match="in use by another server"):
            async with running(folder, QUICK):
                pass
        async with connection(address) as opened:
            assert await opened.fetchval("SELECT 7") == 7


async def test_a_failed_start_shows_the_log_and_leaves_nothing_held(folder: Path) -> None:
    with pytest.raises(Unusable, match='did not start(.|\n)*"shared_buffers": "plenty"'):
        async with running(folder, {**QUICK, "shared_buffers": "plenty"}):
            pass
    async with running(folder, QUICK) as address, connection(address) as opened:
        assert await opened.fetchval("SELECT 7") == 7


async def test_the_password_is_needed_and_only_its_owner_can_read_it(folder: Path) -> None:
    async with running(folder, QUICK) as address:
        password = (folder / "password").read_text()
        assert password in address
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(address.replace(password, "sesame"), timeout=20)
    assert (folder / "password").stat().st_mode & 0o777 == 0o600
    assert password not in (folder / "log").read_text()


async def test_a_signal_of_the_terminal_does_not_reach_it(folder: Path) -> None:
    async with running(folder, QUICK):
        assert os.getpgid(postmaster(folder)) != os.getpgid(0)


@pytest.mark.parametrize("name", ["deep/" * 30 + "data", "a, b %41 'é'"])
async def test_long_and_odd_folders_will_do(folder: Path, name: str) -> None:
    async with running(folder / name, QUICK) as address, connection(address) as opened:
        assert await opened.fetchval("SELECT 7") == 7


async def test_a_closed_folder_will_do_for_root_as_for_its_owner(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    for _ in ("made", "found again"):
        started = running(closed / "data", QUICK, folder / "state")
        async with started as address, connection(address) as opened:
            assert await opened.fetchval("SELECT 7") == 7
    assert (closed / "data").is_symlink() == (os.geteuid() == 0)


async def test_postgres_can_be_given_an_address_of_the_network(folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    network = {**QUICK, "listen_addresses": "127.0.0.1", "port": str(port)}
    async with running(folder, network) as address:
        outside = address.replace("@/", f"@127.0.0.1:{port}/").partition("?")[0]
        async with connection(outside) as opened:
            assert await opened.fetchval("SELECT inet_server_port()") == port


def test_it_ends_with_a_parent_that_ended_before_it_began(folder: Path) -> None:
    script = Path(sys.modules["storage.embedded"].__file__ or "").with_name("child.py")
    account = [str(os.getuid()), str(os.getgid())]
    command = [sys.executable, str(script), *account, "1", "/bin/echo", "begun"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert (ended.returncode, ended.stdout) == (1, "")
