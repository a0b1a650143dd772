"""The server of the runs, as a process, and its process of media."""

import os
import subprocess
import sys

import pytest

from benchmarks.chaos.model import NAME
from benchmarks.whip.publisher import publish
from benchmarks.whip.server import MEDIA, media, served
from tests.server.shared import until


@pytest.mark.slow
async def test_there_is_a_process_of_media_from_the_first_call_on(folder):
    async with served(folder, calls=1, model=NAME) as server:
        assert media(server.pid) is None
        async with publish(server.url, "hall", {}) as publisher:
            await publisher.hear()
            found = media(server.pid)
            assert found is not None and found.pid != server.pid


async def test_other_children_are_not_taken_for_it():
    waits = "import sys; print(flush=True); sys.stdin.read()"
    child = subprocess.Popen(
        [sys.executable, "-c", waits], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    like = subprocess.Popen(
        [sys.executable, "-c", waits, f"{MEDIA} child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        await until(lambda: media(os.getpid()) is not None)
        assert media(os.getpid()).pid == like.pid
    finally:
        for each in (child, like):
            each.communicate()
