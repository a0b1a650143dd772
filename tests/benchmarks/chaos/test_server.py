"""The server's process; test_process starts and kills it."""

import pytest

from benchmarks.chaos.process import free_port
from benchmarks.chaos.server import run
from server.serving import CannotListen, listening
from tests.server.shared import settings_for


def test_a_port_that_is_taken_is_told_at_once(tmp_path):
    with listening("127.0.0.1", free_port()) as taken:
        taken.listen()
        settings = settings_for(tmp_path, "", server={"port": taken.getsockname()[1]})
        with pytest.raises(CannotListen):
            run(settings)
