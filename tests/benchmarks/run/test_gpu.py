"""What the tool says, with a tool made here and without one."""

import asyncio

import pytest

from benchmarks.run import gpu
from benchmarks.run.gpu import Gpu, Load, parse


def test_memory_adds_up_and_the_busiest_counts():
    assert parse("1024, 20\n512, 95\n") == Load(1536.0, 95.0)


@pytest.mark.parametrize("said", ["", "No devices were found", "1024, [N/A]\n", "1, 2, 3\n"])
def test_an_answer_that_is_none(said):
    assert parse(said) is None


def tool(folder, script):
    path = folder / gpu.TOOL
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


async def test_a_device_is_watched(tmp_path, monkeypatch):
    tool(tmp_path, "echo '300, 40'")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = Gpu()
    watching = asyncio.create_task(found.run())
    async with asyncio.timeout(20):
        while found.usage() is None:
            await asyncio.sleep(0)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert found.usage() == Load(300.0, 40.0)


@pytest.mark.parametrize("script", ["exit 9", "echo nothing here"])
async def test_a_tool_that_finds_nothing(tmp_path, monkeypatch, script):
    tool(tmp_path, script)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = Gpu()
    async with asyncio.timeout(20):
        await found.run()
    assert found.usage() is None


async def test_a_machine_without_the_tool(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    found = Gpu()
    async with asyncio.timeout(20):
        await found.run()
    assert found.usage() is None


async def test_a_tool_that_hangs_is_stopped(tmp_path, monkeypatch):
    tool(tmp_path, "exec sleep 60")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(gpu, "PATIENCE", 0.2)
    found = Gpu()
    async with asyncio.timeout(20):
        await found.run()
    assert found.usage() is None
