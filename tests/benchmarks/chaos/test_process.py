"""A server that is started, killed, and started again."""

import pytest

from benchmarks.chaos.model import NAME
from benchmarks.chaos.process import Server, free_port
from server.commands import ask
from server.commands.child import ServerDied


@pytest.mark.slow
async def test_it_listens_at_the_same_place_after_a_kill(folder, database_url):
    server = Server(folder, {"storage": {"database_url": database_url}, "model": {"name": NAME}})
    life = await server.start()
    await life.started()
    assert "captionflow" in await ask.text(server.url, "/metrics")
    await life.kill()
    assert life.process.returncode == -9
    async with server.running() as life:
        assert "captionflow" in await ask.text(server.url, "/metrics")
    assert life.process.returncode == 0


async def test_one_that_does_not_start_says_why(folder):
    server = Server(folder, {"model": {"nme": "typo"}})
    with pytest.raises(ServerDied, match="nme"):
        async with server.running():
            pass


def test_a_free_port_is_free():
    assert free_port() > 1023
