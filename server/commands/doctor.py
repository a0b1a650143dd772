"""`captionflow doctor`: is everything here that `captionflow serve` needs?"""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from server.commands import checks, options
from server.commands.checks import Bad
from server.settings import Settings

CHECKS: dict[str, Callable[[Settings], str]] = {
    "python": checks.python,
    "cores": checks.cores,
    "model": checks.model,
    "voice detector": checks.voice,
    "audio files": checks.audio,
    "database": checks.database,
    "data folder": checks.folder,
    "port": checks.port,
    "clock": checks.clock,
}


@click.command()
@options.configured
def doctor(data_dir: Path | None, config: Path | None) -> None:
    """Look at all that the server needs, and say how to mend what is missing."""
    settings = options.settings(config, storage={"data_dir": data_dir})
    good = [report(name, check, settings) for name, check in CHECKS.items()]
    sys.exit(0 if all(good) else 1)


def report(name: str, check: Callable[[Settings], str], settings: Settings) -> bool:
    """Print one line, ok or bad; whether it is ok."""
    try:
        found = check(settings)
    except Bad as bad:
        _line("bad", "red", name, f"{bad.found}; {bad.mend}")
        return False
    except Exception as error:  # what breaks in a way nobody thought of is what doctor is for
        mend = "install again: make clean demo"
        _line("bad", "red", name, f"{type(error).__name__}: {error}; {mend}")
        return False
    _line("ok ", "green", name, found)
    return True


def _line(state: str, colour: str, name: str, text: str) -> None:
    click.echo(f"{click.style(state, fg=colour)}  {name:<14}  {text}")
