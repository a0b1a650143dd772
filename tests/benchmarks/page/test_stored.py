"""What a server has kept of a session."""

import captionflow
import numpy as np
import pytest
from captionflow import AudioFormat, ServerError

from benchmarks.chaos import spoken
from benchmarks.page.place import find, sound
from benchmarks.page.stored import stored
from tests.server.shared import talk


async def test_sound_at_its_own_rate_and_text(url):
    stream = spoken.stream("stored", 3.0)
    twice = np.repeat(stream.samples, 2)
    async with captionflow.connect(url, language="en", audio=AudioFormat(rate=32_000)) as live:
        await talk(live, twice.tobytes())
        session = live.welcome.session
    found = await stored(url, session)
    assert found.rate == 32_000 and (found.samples == twice).all()
    assert abs(len(found.sound) - len(stream.samples)) <= 1
    assert find(sound(stream.samples), found.sound).sure > 0.9
    assert found.text.split() == [word.text for word in stream.words]


async def test_there_is_no_such_session(url):
    with pytest.raises(ServerError):
        await stored(url, "nobody")
