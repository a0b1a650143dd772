"""The composition root: where the parts of a server are chosen and joined, over compose.py."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from shutil import rmtree
from typing import Any

from litestar import Litestar, WebSocket, websocket
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from msgspec import structs

from inference import vad
from server.compose import Load, core_of, whisper
from server.live.registry import registry as sessions_of
from server.pages import serving as pages
from server.parts import Core, Parts
from server.protocols.native import messages
from server.request_ids import stamp
from server.results.finalize import Finalizer, Step
from server.retention.sweep import sweeping
from server.rooms.rooms import rooms_of
from server.routes import (
    captions,
    downloads,
    exports,
    health,
    hls,
    info,
    jobs,
    problems,
    retranscribe,
    segments,
    sessions,
    uploads,
    webhooks,
    whip,
)
from server.settings import Settings
from server.stream import Conversation
from server.uploads.uploads import uploads_of
from server.webhooks.sender import sending
from server.webrtc.calls import calling
from server.work.worker import working
from storage.bus.opening import open_bus
from storage.journal.writer import JournalPolicy, Journals, alone, journaling
from storage.open import Storage


def create_app(
    settings: Settings,
    load: Load = whisper,
    detector: Callable[[], vad.Model] = vad.Silero,
    finalized: Step = lambda _: None,
) -> Litestar:
    """load, detector: where the models come from; tests bring their own. finalized: told each
    step of the end of a session."""

    @asynccontextmanager
    async def serving(app: Litestar) -> AsyncIterator[None]:
        async with (
            core_of(settings, load, detector) as core,
            journals_of(settings, core.storage, finalized) as (journals, finalizer),
            open_bus(settings.storage.bus_url) as bus,
        ):
            parts = Parts(**structs.asdict(core), journals=journals, finalizer=finalizer, bus=bus)
            core.metrics.watch_bus(lambda: bus.dropped)
            async with (
                rooms_of(bus, settings.rooms, core.metrics) as app.state.rooms,
                sending(core.storage, settings.webhooks),
                sessions_of(parts) as app.state.registry,
                sweeping(core, journals),
                embedded(core, load),
                calling(app.state.registry) as app.state.calls,
            ):
                app.state.uploads = await uploads_of(core, app.state.registry.stopping)
                yield

    return Litestar(
        [
            stream,
            *health.ROUTES,
            *info.ROUTES,
            *sessions.ROUTES,
            *segments.ROUTES,
            *exports.ROUTES,
            *downloads.ROUTES,
            *retranscribe.ROUTES,
            *webhooks.ROUTES,
            *captions.ROUTES,
            *hls.ROUTES,
            *uploads.ROUTES,
            *jobs.ROUTES,
            *whip.ROUTES,
            *pages.ROUTES,
        ],
        state=State({"pages": pages.pages_of(settings)}),
        lifespan=[serving],
        exception_handlers=problems.HANDLERS,
        before_send=[stamp, whip.open_to_all],
        openapi_config=OpenAPIConfig(title="CaptionFlow", version="0.1.0", path="/schema"),
        logging_config=None,
    )


@asynccontextmanager
async def journals_of(
    settings: Settings, storage: Storage, finalized: Step
) -> AsyncIterator[tuple[Journals, Finalizer]]:
    """Journals are on this machine's disk, and in the object store too if that is elsewhere."""
    data = settings.storage.data_dir
    work = data / "finalizing"
    await asyncio.to_thread(rmtree, work, True)
    await asyncio.to_thread(work.mkdir, parents=True)
    beside = settings.storage.s3 is None and settings.storage.objects_dir is None
    store = None if beside else storage.objects
    folder = data / "journal"
    reserve = settings.storage.disk_reserve
    policy = (
        JournalPolicy(seal_after=settings.storage.seal_after, reserve=reserve)
        if store
        else alone(reserve)
    )
    async with journaling(folder, store, policy) as journals:
        yield journals, Finalizer(storage, folder, store, work, settings.retention, finalized)


@asynccontextmanager
async def embedded(core: Core, load: Load) -> AsyncIterator[None]:
    """Jobs are done here too, unless that is left to other processes."""
    if not core.settings.work.embedded:
        yield
        return
    async with working(core, core.settings.work, load):
        yield


@websocket("/v1/stream")
async def stream(socket: WebSocket[Any, Any, Any]) -> None:
    """A live session over `stt.v1` (protocols/README.md)."""
    offered = socket.scope["subprotocols"]
    chosen = messages.SUBPROTOCOL if messages.SUBPROTOCOL in offered else None
    await socket.accept(chosen)
    await Conversation(socket.receive, socket.send, socket.app.state.registry, time.monotonic).run()


async def drain(app: Litestar) -> None:
    """End all sessions: finals given, recordings kept. Bounded by the drain timeout."""
    await app.state.registry.drain()
    app.state.rooms.close()


def cut(app: Litestar) -> None:
    """Wait for no session any more, if any was ever taken in."""
    if registry := app.state.get("registry"):
        registry.cut()
