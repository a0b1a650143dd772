"""`captionflow serve`: the server as a process. Prints one line when it accepts sessions."""

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import Any

import click
import uvicorn
import uvloop

from server import logs
from server.app import create_app, drain
from server.settings import BadSettings, Settings, load

MAX_MESSAGE = 1 << 20  # bytes; more closes the connection with 1009 before it is read


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="0 takes any free port.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Database, recordings, spool.")
@click.option("--config", type=click.Path(path_type=Path), help="A TOML file of settings.")
def serve(host: str | None, port: int | None, data_dir: Path | None, config: Path | None) -> None:
    """Serve until SIGTERM or SIGINT; running sessions are ended and kept."""
    given: dict[str, dict[str, Any]] = {
        "server": {"host": host, "port": port},
        "storage": {"data_dir": data_dir},
    }
    overrides = {
        section: {name: value for name, value in fields.items() if value is not None}
        for section, fields in given.items()
    }
    try:
        settings = load(config, os.environ, overrides)
    except BadSettings as error:
        raise click.ClickException(str(error)) from None
    logs.configure(settings.server.log_level, settings.server.log_format)
    sys.exit(run(settings))


def run(settings: Settings) -> int:
    """Serve until told to stop; the exit status."""
    sock = _bound(settings.server.host, settings.server.port)
    server = Server(
        uvicorn.Config(
            create_app(settings),
            ws="websockets-sansio",
            ws_max_size=MAX_MESSAGE,
            ws_per_message_deflate=False,  # PCM does not compress
            log_config=None,
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=5,
        ),
        sock,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(server.serve([sock]))
    return 0 if server.started else 1


def _bound(host: str, port: int) -> socket.socket:
    """A listening address, bound before anything is loaded: a taken port is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise click.ClickException(f"cannot listen on {host}:{port}: {error.strerror}") from None
    sock.set_inheritable(False)
    return sock


class Server(uvicorn.Server):
    """Says where it listens once it is ready, and lets sessions end before it stops."""

    def __init__(self, config: uvicorn.Config, sock: socket.socket) -> None:
        super().__init__(config)
        host, port = sock.getsockname()[:2]
        self.address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(f"ready {self.address}", flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await drain(self.config.app)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """A signal asks for an orderly end, which is a success; a second one for a quick end."""
        self.force_exit = self.should_exit
        self.should_exit = True
