"""A child process as the server of a run."""

import asyncio
import json
import sys
from pathlib import Path

import captionflow
import psutil
import pytest

from benchmarks.served import ServerFailed, captionflow_serve, serving

PEER = [sys.executable, str(Path(__file__).with_name("peer.py")), json.dumps([["red", 0.0, 0.1]])]


async def test_a_server_for_the_length_of_the_block():
    async with serving(PEER, timeout=60) as served:
        assert served.died is None
        async with captionflow.connect(served.url) as live:
            await live.send(bytes(3200))
            await live.end()
            kinds = [type(event).__name__ async for event in live]
    assert kinds[-1] == "Ended"
    assert not psutil.pid_exists(served.pid)


async def test_a_server_that_dies_is_said_to_have():
    async with serving(PEER, timeout=60) as served:
        psutil.Process(served.pid).kill()
        async with asyncio.timeout(10):
            while served.died is None:
                await asyncio.sleep(0)
        assert "exited with code -9" in served.died


async def test_a_server_that_exits_at_once_leaves_its_last_words():
    command = [sys.executable, "-c", "import sys; sys.exit('port taken')"]
    with pytest.raises(ServerFailed, match="exited with code 1") as failure:
        async with serving(command, timeout=60):
            pass
    assert "port taken" in str(failure.value)


async def test_a_server_that_is_never_ready():
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    with pytest.raises(ServerFailed, match="not ready after"):
        async with serving(command, timeout=0.2):
            pass


def test_the_command_line_of_our_own(tmp_path):
    program, *arguments = captionflow_serve(tmp_path)
    assert Path(program).name == "captionflow"
    assert arguments == [
        *("serve", "--host", "127.0.0.1", "--port", "0"),
        *("--data-dir", str(tmp_path)),
    ]
