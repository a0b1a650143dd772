"""`captionflow worker`: does jobs without serving anybody. Prints one line when it takes them."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import click
import uvloop

from inference import vad
from inference.models import BadWeights, UnknownModel
from server import logs
from server.commands import options
from server.compose import Load, core_of, whisper
from server.parts import Core
from server.retention.sweep import sweeping
from server.settings import Settings
from server.webhooks.sender import sending
from server.work.worker import working
from storage.errors import StorageError

FORCED = 15  # seconds after a signal in which the process ends, whatever hangs


@click.command()
@options.configured
def worker(data_dir: Path | None, config: Path | None) -> None:
    """Do jobs until SIGTERM or SIGINT; what is not done by then is given back.

    Several may work for one server, on any machines that reach its database and its objects.
    """
    settings = options.settings(config, storage={"data_dir": data_dir})
    logs.configure(settings.server.log_level, settings.server.log_format)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work(settings))
    except (StorageError, UnknownModel, BadWeights, OSError) as error:
        raise click.ClickException(str(error)) from None


async def work(
    settings: Settings,
    load: Load = whisper,
    detector: Callable[[], vad.Model] = vad.Silero,
    seen: Callable[[Core], Core] = lambda core: core,
) -> None:
    """load, detector: where the models come from. seen: puts whoever looks on between us and the
    parts; benchmarks do. Raises StorageError, UnknownModel, BadWeights, OSError."""
    stop = asyncio.Event()

    def asked() -> None:
        signal.alarm(FORCED)
        stop.set()

    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, asked)
    async with (
        core_of(settings, load, detector) as core,
        sending(core.storage, settings.webhooks),
        sweeping(core),
        working(seen(core), settings.work, load),
    ):
        print("ready", flush=True)
        await stop.wait()
