"""Is the server alive, is it ready, and what does it measure."""

import asyncio
from typing import Any

from litestar import Response, get
from litestar.datastructures import State

from server.live.registry import Registry
from server.parts import OWNER
from storage.errors import StorageError

ANSWER = 2.0  # seconds that the database may take


@get("/health/live", sync_to_thread=False)
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@get("/health/ready")
async def ready(state: State) -> Response[dict[str, Any]]:
    """Sessions may begin: the model is warm, the database is there, and nobody stops the server."""
    registry: Registry = state.registry
    status = "stopping" if registry.stopping.is_set() else await _storage(registry)
    body: dict[str, Any] = {"status": status, "sessions": len(registry.running)}
    return Response(body, status_code=200 if status == "ready" else 503)


async def _storage(registry: Registry) -> str:
    try:
        async with asyncio.timeout(ANSWER):
            await registry.parts.storage.sessions.get(OWNER, "")
    except (StorageError, TimeoutError):
        return "storage unavailable"
    return "ready"


@get("/metrics", sync_to_thread=False)
def metrics(state: State) -> Response[bytes]:
    page = state.registry.parts.metrics
    return Response(page.page(), media_type=page.content_type)


ROUTES = (live, ready, metrics)
