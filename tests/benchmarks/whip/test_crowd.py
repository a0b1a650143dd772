"""Publishers as a process: they are heard while it lives, and leave when it is told."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE

import httpx
import pytest

from benchmarks.run.drive import FRAME
from benchmarks.speech.corpus import RATE
from benchmarks.whip.crowd import NOISE, noise
from tests.server.shared import WAIT, until


@pytest.mark.slow
@pytest.mark.parametrize(("count", "failures"), [(2, 0), (4, 1)], ids=["room", "no-room"])
async def test_they_come_and_leave(url, count, failures):
    arguments = ("-m", "benchmarks.whip.crowd", url, str(count), "0")
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdin=PIPE, stdout=PIPE
    )
    async with asyncio.timeout(4 * WAIT), httpx.AsyncClient(base_url=url) as http:
        assert await process.stdout.readline() == b"publishing\n"

        async def heard():
            metrics = (await http.get("/metrics")).text.splitlines()
            audio = [line for line in metrics if line.startswith("captionflow_audio_seconds_total")]
            return float(audio[0].split()[-1]) > 1.0

        await until(heard)
        said, _ = await process.communicate(b"")
    seen = json.loads(said)
    assert len(seen["failures"]) == failures
    assert seen["cores"] > 0 and seen["late"] and seen["behind"] < 2.0


def test_the_room_is_encoded_once():
    packets = noise()
    assert len(packets) == NOISE * RATE / FRAME
    assert all(20 < len(one) < 400 for one in packets)
