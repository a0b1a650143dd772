"""A server that publishers on this machine can reach; see publisher.py."""

from pathlib import Path

import pytest_asyncio

from server.settings import Settings
from tests.server.shared import settings_for
from tests.server.webrtc.publisher import stay_here

stay_here()


@pytest_asyncio.fixture
async def settings(tmp_path: Path, database_url: str) -> Settings:
    webrtc = {"loopback": True, "linger": 20.0}
    return settings_for(tmp_path, database_url, webrtc=webrtc)
