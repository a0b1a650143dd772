"""What the process of media may do, seen from outside, and that it ends with whoever started it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from server.audio.confine import NOBODY
from tests.server.shared import until
from tests.server.webrtc.test_process import Watcher

linux = pytest.mark.skipif(sys.platform != "linux", reason="what Linux alone has")
PARENT = """
import asyncio
from server.webrtc.process import Media
from tests.server.webrtc.test_process import PLAN

async def main():
    media = Media(PLAN, print, print)
    await media.ready()
    print(media.process.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@linux
async def test_it_may_do_little() -> None:
    async with Watcher() as watcher:
        await watcher.media.ready()
        assert watcher.child.uids().real == (NOBODY if os.geteuid() == 0 else os.geteuid())
        limits = Path(f"/proc/{watcher.child.pid}/limits").read_text()
    for name in ("Max file size", "Max core file size"):
        assert re.search(rf"{name} +0 +0 ", limits)


@linux
async def test_it_ends_with_a_server_that_was_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, env={**os.environ}
    )
    try:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
        await until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    finally:
        parent.kill()
        parent.communicate()
