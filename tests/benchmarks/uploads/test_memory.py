import asyncio
import sys
from contextlib import asynccontextmanager

import psutil

from benchmarks.run.live import beside
from benchmarks.uploads import memory
from benchmarks.uploads.memory import Memory
from tests.server.shared import until

HOLD = "import sys; held = bytearray(b'x' * {size}); sys.stdin.read()"
MORE = """
import subprocess, sys
input()
subprocess.run([sys.executable, "-c", {child!r}], stdin=sys.stdin)
"""


@asynccontextmanager
async def process(code):
    pipe = asyncio.subprocess.PIPE
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdin=pipe, stdout=pipe
    )
    try:
        yield started
    finally:
        started.stdin.close()
        await started.communicate()


async def test_a_child_that_holds_something_counts(monkeypatch):
    monkeypatch.setattr(memory, "REST", 0.0)
    code = MORE.format(child=HOLD.format(size=50_000_000))
    async with process(code) as server:
        seen = Memory(server.pid)
        rest = await seen.at_rest()
        async with beside(seen.run()):
            server.stdin.write(b"\n")
            await until(lambda: seen.peak > rest + 50)
        assert rest + 50 < seen.taken() < rest + 200 and seen.peak == 0


async def test_a_database_does_not(monkeypatch):
    monkeypatch.setattr(memory, "REST", 0.0)
    monkeypatch.setattr(memory, "DATABASE", psutil.Process().name())
    code = MORE.format(child=HOLD.format(size=50_000_000))
    async with process(code) as server:
        seen = Memory(server.pid)
        rest = await seen.at_rest()
        server.stdin.write(b"\n")
        known = psutil.Process(server.pid)
        await until(lambda: sum(it.memory_info().rss for it in known.children()) > 50_000_000)
        assert await seen.at_rest() < rest + 20


async def test_a_server_that_is_no_more_ends_the_look():
    async with process("input()") as server:
        seen = Memory(server.pid)
        running = asyncio.create_task(seen.run())
        await until(lambda: seen.peak > 0)
    async with asyncio.timeout(15):
        await running
