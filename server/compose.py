"""The parts that every process of ours needs, server or worker: chosen, built and joined.

What only the server has is added in app.py.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

from inference import vad
from inference.engine import Engine, Entry, Model, Watcher, running
from inference.models import folder
from inference.scheduler import Scheduler
from server.metrics import Metrics
from server.node import name_of
from server.parts import Core
from server.settings import Settings
from storage.open import open_storage

Load: TypeAlias = Callable[[Settings], tuple[Model, frozenset[str]]]
"""The model that the settings name, ready for use, and the languages it knows. Blocking."""


def whisper(settings: Settings) -> tuple[Model, frozenset[str]]:
    """The configured weights, loaded and warm."""
    from inference.whisper import Whisper  # its libraries are for those who load a model

    model = Whisper(folder(settings.model.name), settings.model)
    model.warm()
    return model, model.languages


@asynccontextmanager
async def core_of(
    settings: Settings,
    load: Load = whisper,
    detector: Callable[[], vad.Model] = vad.Silero,
) -> AsyncIterator[Core]:
    """load, detector: where the models come from; tests bring their own.

    Raises StorageError, UnknownModel, BadWeights, each in words for whoever started us.
    """
    metrics = Metrics()
    async with open_storage(settings.storage) as storage:
        model, languages = await asyncio.to_thread(load, settings)
        patience = settings.server.model_timeout
        async with (
            engine_of(model, settings, metrics.passed) as engine,
            vad.Vad(detector(), patience) as listening,
        ):
            yield Core(
                settings=settings,
                engine=engine,
                vad=listening,
                storage=storage,
                metrics=metrics,
                languages=languages,
                node=await asyncio.to_thread(
                    name_of, settings.storage.data_dir, settings.server.node
                ),
            )


@asynccontextmanager
async def engine_of(model: Model, settings: Settings, watch: Watcher) -> AsyncIterator[Engine]:
    """The one owner of the model, while inside."""
    scheduler = Scheduler[Entry](settings.model.max_batch)
    async with running(Engine(model, scheduler, settings.model.workers, watch)) as engine:
        yield engine
