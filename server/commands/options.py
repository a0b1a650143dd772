"""Options and arguments that several verbs share, and the settings that they amount to."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
from captionflow.protocol import stream_url

from server.settings import BadSettings, Settings, load

Verb = TypeVar("Verb", bound=Callable[..., Any])


def configured(verb: Verb) -> Verb:
    """--data-dir and --config, as `captionflow serve` has them."""
    data = click.option(
        "--data-dir", type=click.Path(path_type=Path), help="Database, recordings, journals."
    )
    config = click.option(
        "--config", type=click.Path(path_type=Path), help="A TOML file of settings."
    )
    return data(config(verb))


def settings(config: Path | None = None, **given: Mapping[str, Any]) -> Settings:
    """What `captionflow serve` would use; in each section of `given`, None says nothing.

    Raises ClickException, which names the setting.
    """
    overrides = {
        section: {name: value for name, value in fields.items() if value is not None}
        for section, fields in given.items()
    }
    try:
        return load(config, os.environ, overrides)
    except BadSettings as error:
        raise click.ClickException(str(error)) from None


def url(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Checks an address before anything is read or loaded for it."""
    try:
        return value and stream_url(value) and value
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
