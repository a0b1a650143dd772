"""A server as a child: awaited, stopped, mourned, and ended with us."""

import asyncio
import os
import sys

import pytest

from server.commands.child import ServerDied, serve_command, serving, tail

READY = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("stopped", file=sys.stderr)))
print("starting"), print("ready http://127.0.0.1:1", flush=True)
while True: time.sleep(60)
"""


def python(script):
    return [sys.executable, "-c", script]


async def test_it_is_awaited_and_stopped(tmp_path):
    log = tmp_path / "log"
    async with asyncio.timeout(30):
        async with serving(python(READY), log) as child:
            assert child.url == "http://127.0.0.1:1"
            assert child.died is None
    assert log.read_text() == "stopped\n"
    assert child.process.returncode == 0


async def test_one_that_dies_first_shows_its_last_words(tmp_path):
    script = "import sys; [print('line', n, file=sys.stderr) for n in range(99)]; sys.exit(3)"
    with pytest.raises(ServerDied) as died:
        async with asyncio.timeout(30), serving(python(script), tmp_path / "log"):
            pass
    told = str(died.value).splitlines()
    assert told[0] == "the server ended with status 3"
    assert told[-1] == "  line 98" and "  line 1" not in told


@pytest.mark.slow
async def test_a_server_of_ours_takes_more_options(tmp_path):
    config = tmp_path / "settings.toml"
    config.write_text("[streaming]\nlook_evry = 400\n")
    with pytest.raises(ServerDied, match="look_evry"):
        async with asyncio.timeout(60):
            command = serve_command(tmp_path, "--config", str(config))
            async with serving(command, tmp_path / "log"):
                pass


async def test_one_that_never_gets_ready_is_stopped(tmp_path):
    script = READY.replace("ready ", "not yet ")
    with pytest.raises(ServerDied, match=r"not ready after 1.5 s"):
        async with asyncio.timeout(30), serving(python(script), tmp_path / "log", timeout=1.5):
            pass
    assert (tmp_path / "log").read_text() == "stopped\n"


async def test_one_that_dies_later_is_told(tmp_path):
    script = "print('ready http://127.0.0.1:1', flush=True); raise SystemExit('enough')"
    async with asyncio.timeout(30), serving(python(script), tmp_path / "log") as child:
        await child.process.wait()
        assert "enough" in str(child.died)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of it")
async def test_it_ends_when_its_owner_is_killed(tmp_path):
    """A demo that is killed by force leaves no server behind."""
    owner = f"""
import asyncio, pathlib, sys
from server.commands.child import serving
async def own():
    command = [sys.executable, "-c", {READY!r}]
    async with serving(command, pathlib.Path({str(tmp_path / "log")!r})) as child:
        print(child.process.pid, flush=True)
        await asyncio.Event().wait()
asyncio.run(own())
"""
    process = await asyncio.create_subprocess_exec(*python(owner), stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(30):
        pid = int(await process.stdout.readline())
        process.kill()
        await process.communicate()
        while _lives(pid):
            await asyncio.sleep(0.02)


def _lives(pid: int) -> bool:
    """A process that nobody has waited for yet is no longer alive."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_end_of_a_log_is_short(tmp_path):
    log = tmp_path / "log"
    log.write_text("x" * 10_000 + "\n" + "\n".join(map(str, range(100))) + "\n" + "y" * 10_000)
    told = tail(log)
    assert len(told) < 1000 and told.endswith("yyy") and "\n  98\n" in told
    assert os.fspath(log) in told
