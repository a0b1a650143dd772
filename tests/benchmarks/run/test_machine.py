"""What a run was measured on."""

import asyncio
import os
import subprocess
import sys

import pytest

from benchmarks.run import machine
from benchmarks.run.machine import NoProcess, Watch, describe


def test_this_machine():
    found = describe()
    assert found.cores >= 1
    assert found.processor
    assert found.versions["captionflow"]


def test_outside_a_checkout_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    assert describe().commit is None


def test_without_git_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert describe().commit is None


async def test_memory_of_a_process():
    watch = Watch(os.getpid())
    watching = asyncio.create_task(watch.run())
    async with asyncio.timeout(10):
        while watch.usage().rss == 0:
            await asyncio.sleep(0)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    usage = watch.usage()
    assert usage.rss_with_children >= usage.rss > 5


async def test_the_watch_ends_with_the_process():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    watch = Watch(child.pid)
    child.communicate(b"\n")
    async with asyncio.timeout(10):
        await watch.run()
    assert watch.usage().rss == 0


SPIN = "sum(i for i in range(5_000_000))"
PARENT = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {SPIN!r}])
print("done", flush=True)
input()
"""


async def test_the_work_of_children_that_have_ended_counts():
    child = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    watch = Watch(child.pid)
    watching = asyncio.create_task(watch.run())
    await asyncio.to_thread(child.stdout.readline)
    async with asyncio.timeout(10):
        while (watch.usage().cores_with_children or 0) <= watch.usage().cores:
            await asyncio.sleep(0)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    child.communicate(b"\n")


def test_a_process_that_is_not_there():
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    with pytest.raises(NoProcess, match=f"cannot watch process {child.pid}"):
        Watch(child.pid)
