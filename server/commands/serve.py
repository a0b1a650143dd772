"""`captionflow serve`: the server as a process. Prints one line when it accepts sessions."""

import asyncio
from pathlib import Path

import click
import uvloop

from inference.models import BadWeights, UnknownModel
from server import logs
from server.app import create_app
from server.commands import options
from server.serving import CannotListen, Server, listening
from server.settings import BadSettings, Settings
from storage.errors import StorageError


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="0 takes any free port.")
@options.configured
def serve(host: str | None, port: int | None, data_dir: Path | None, config: Path | None) -> None:
    """Serve until SIGTERM or SIGINT; running sessions are ended and kept."""
    settings = options.settings(
        config, server={"host": host, "port": port}, storage={"data_dir": data_dir}
    )
    logs.configure(settings.server.log_level, settings.server.log_format)
    try:
        run(settings)
    except (BadSettings, CannotListen, StorageError, UnknownModel, BadWeights) as error:
        raise click.ClickException(str(error)) from None


def run(settings: Settings) -> None:
    """Serve until told to stop. Raises what hinders the start, in words for whoever started it."""
    sock = listening(settings.server.host, settings.server.port)
    server = Server(create_app(settings), sock, _announce)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(server.run_here())
    except BaseExceptionGroup as group:
        raise _sole(group) from None


def _sole(error: BaseException) -> BaseException:
    """What alone is in a group of errors, however deep; the group if there are several."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _announce(address: str) -> None:
    print(f"ready {address}", flush=True)
