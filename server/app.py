"""The composition root: the one place where parts are chosen, built and joined."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response, WebSocket, websocket
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig

from inference import vad
from inference.engine import Engine, Entry, Model
from inference.engine import running as engine_running
from inference.models import folder
from inference.scheduler import Scheduler
from inference.whisper import Whisper
from server.finalize import recover
from server.logs import logger
from server.metrics import Metrics
from server.parts import Parts
from server.protocols.native import messages
from server.registry import registry as sessions_of
from server.request_ids import id_of, stamp
from server.routes import health, sessions
from server.settings import Settings
from server.stream import Conversation
from storage.errors import Unavailable
from storage.open import open_storage

log = logger("app")


def whisper(settings: Settings) -> tuple[Model, frozenset[str]]:
    """The configured weights, loaded and warm, and the languages they know. Blocking."""
    model = Whisper(folder(settings.model.name), settings.model)
    model.warm()
    return model, model.languages


def create_app(
    settings: Settings,
    load: Callable[[Settings], tuple[Model, frozenset[str]]] = whisper,
    detector: Callable[[], vad.Model] = vad.Silero,
) -> Litestar:
    """load, detector: where the models come from; tests bring their own."""

    @asynccontextmanager
    async def serving(app: Litestar) -> AsyncIterator[None]:
        metrics = Metrics()
        async with open_storage(settings.storage) as storage:
            model, languages = await asyncio.to_thread(load, settings)
            scheduler = Scheduler[Entry](settings.model.max_batch)
            engine = Engine(model, scheduler, settings.model.workers, metrics.passed)
            patience = settings.server.model_timeout
            async with engine_running(engine), vad.Vad(detector(), patience) as listening:
                parts = Parts(settings, engine, listening, storage, metrics, languages)
                await asyncio.to_thread(parts.spool.folder.mkdir, parents=True, exist_ok=True)
                if recovered := await recover(storage, parts.spool):
                    log.warning("sessions recovered", count=recovered)
                async with sessions_of(parts) as app.state.registry:
                    yield

    return Litestar(
        [stream, *health.ROUTES, *sessions.ROUTES],
        lifespan=[serving],
        exception_handlers={
            HTTPException: problem,
            Unavailable: unavailable,
            Exception: unexpected,
        },
        before_send=[stamp],
        openapi_config=OpenAPIConfig(title="CaptionFlow", version="0.1.0", path="/schema"),
        logging_config=None,
    )


@websocket("/v1/stream")
async def stream(socket: WebSocket[Any, Any, Any]) -> None:
    """A live session over `stt.v1` (protocols/README.md)."""
    offered = socket.scope["subprotocols"]
    chosen = messages.SUBPROTOCOL if messages.SUBPROTOCOL in offered else None
    await socket.accept(chosen)
    await Conversation(socket.receive, socket.send, socket.app.state.registry, time.monotonic).run()


def problem(_: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    """Errors as RFC 9457 problem details."""
    return _details(error.status_code, error.detail, error.headers)


def unavailable(_: Request[Any, Any, Any], error: Unavailable) -> Response[dict[str, Any]]:
    return _details(503, "the database is away", {"retry-after": "5"})


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    id = id_of(request.scope)
    log.error("request failed", request=id, path=request.url.path, exc_info=error)
    return _details(500, "internal error")


def _details(
    status: int, title: str, headers: dict[str, str] | None = None
) -> Response[dict[str, Any]]:
    body = {"type": "about:blank", "title": title, "status": status}
    media = "application/problem+json"
    return Response(body, status_code=status, media_type=media, headers=headers)


async def drain(app: Litestar) -> None:
    """End all sessions: finals given, recordings kept. Bounded by the drain timeout."""
    await app.state.registry.drain()


def cut(app: Litestar) -> None:
    """Wait for no session any more, if any was ever taken in."""
    if registry := app.state.get("registry"):
        registry.cut()
