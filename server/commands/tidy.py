"""`captionflow tidy`: what was left over, found and removed, beside a server at work or without."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from server.commands import options
from server.retention.tidy import Found, Leftovers
from server.settings import Settings
from storage.errors import StorageError, Unusable
from storage.journal.writer import Journals, journaling
from storage.open import open_storage

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def length(_: click.Context, __: click.Parameter, value: str) -> timedelta:
    """Such as 90s, 30m, 1h or 2d."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", value)
    if match is None:
        raise click.BadParameter("a number with s, m, h or d, such as 1h")
    return timedelta(seconds=int(match[1]) * UNITS[match[2]])


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what is there.")
@click.option(
    "--older-than", default="1h", show_default=True, callback=length, help="Leave younger alone."
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@options.configured
def tidy(
    dry_run: bool, older_than: timedelta, as_json: bool, data_dir: Path | None, config: Path | None
) -> None:
    """Remove objects, journals and files that belong to nothing; name artifacts that are missing.

    A running server does the same once a day. The embedded database is started for it, so with
    that one stop the server first.
    """
    settings = options.settings(config, storage={"data_dir": data_dir})
    try:
        found = asyncio.run(tidied(settings, older_than, dry_run))
    except (StorageError, OSError) as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(msgspec.json.encode({"dry_run": dry_run, "found": found}).decode())
    else:
        Console().print(table(found))


async def tidied(settings: Settings, older: timedelta, dry_run: bool) -> Found:
    """Raises StorageError, OSError."""
    grace = max(older, timedelta(seconds=2 * settings.server.linger))
    data = settings.storage.data_dir
    async with open_storage(settings.storage) as storage, journals_of(data) as journals:
        leftovers = Leftovers(storage, data, journals, dry_run)
        return await leftovers.tidy(datetime.now(UTC), grace, rows=True)


@asynccontextmanager
async def journals_of(data: Path) -> AsyncIterator[Journals | None]:
    """The journals of this machine; None while a server has them, which tidies them itself."""
    async with AsyncExitStack() as stack:
        journals = None
        with suppress(Unusable):
            journals = await stack.enter_async_context(journaling(data / "journal", None))
        yield journals


def table(found: Found) -> Table:
    shown = Table("what", "found", "removed", "bytes", "such as", box=None)
    for kind, tally in found.items():
        more = ", ".join(tally.examples[:2])
        shown.add_row(kind, str(tally.found), str(tally.removed), f"{tally.bytes:,}", more)
    return shown
