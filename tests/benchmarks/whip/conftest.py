"""A server of tones that is published to on this machine, and something to say."""

from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest

from benchmarks.run.drive import FRAME
from tests.benchmarks.served import hearing_tones
from tests.server.shared import pcm


@pytest.fixture
async def url(tmp_path, database_url) -> AsyncIterator[str]:
    """Room for three calls."""
    webrtc = {"loopback": True, "max_calls": 3}
    async with hearing_tones(tmp_path, database_url, webrtc=webrtc) as address:
        yield address


@pytest.fixture
def speech() -> list[np.ndarray[Any, np.dtype[np.int16]]]:
    """Two seconds of a sound that is spoken, in frames."""
    samples = np.frombuffer(pcm("..########.........."), "<i2")
    return [samples[at : at + FRAME] for at in range(0, len(samples), FRAME)]
