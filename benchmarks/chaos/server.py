"""The server as a process that is killed: `python -m benchmarks.chaos.server SETTINGS.toml`.

All of it but the model, which is `model.py`'s unless the settings name another. Prints
`ready URL`, and `step NAME` for each step of a session's end.
"""

import asyncio
import sys
from pathlib import Path

import uvloop

from benchmarks.chaos.model import NAME, Loudness, models
from inference import vad
from server.app import create_app
from server.logs import configure
from server.serving import Server, listening
from server.settings import Settings, load


def run(settings: Settings) -> None:
    """Until it is told to stop."""
    configure(settings.server.log_level, settings.server.log_format)
    detector = Loudness if settings.model.name == NAME else vad.Silero
    sock = listening(settings.server.host, settings.server.port)
    app = create_app(settings, models, detector, lambda step: _say(f"step {step}"))
    server = Server(app, sock, lambda url: _say(f"ready {url}"))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(server.run_here())


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    run(load(Path(sys.argv[1]), {}, {}))
