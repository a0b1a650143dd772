"""A server of tones in the loop of the test, and a Chromium with a microphone."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from benchmarks.page.chromium import Microphone, chromium
from tests.benchmarks.served import hearing_tones


@pytest.fixture
async def url(tmp_path, database_url) -> AsyncIterator[str]:
    async with hearing_tones(tmp_path, database_url, server={"linger": 30.0}) as address:
        yield address


@pytest.fixture
def microphone(tmp_path) -> Microphone:
    return Microphone(tmp_path / "microphone.wav")


@pytest.fixture
async def browser(microphone) -> AsyncIterator[Browser]:
    async with chromium(microphone) as browser:
        yield browser
