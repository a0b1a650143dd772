"""Is the server alive, is it ready, and what does it measure."""

from typing import Any

from litestar import Response, get
from litestar.datastructures import State


@get("/health/live", sync_to_thread=False)
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@get("/health/ready", sync_to_thread=False)
def ready(state: State) -> Response[dict[str, Any]]:
    """Sessions may begin: the model is warm, the database is there, and nobody stops the server."""
    registry = state.registry
    stopping = registry.stopping.is_set()
    body: dict[str, Any] = {
        "status": "stopping" if stopping else "ready",
        "sessions": len(registry.running),
    }
    return Response(body, status_code=503 if stopping else 200)


@get("/metrics", sync_to_thread=False)
def metrics(state: State) -> Response[bytes]:
    page = state.registry.parts.metrics
    return Response(page.page(), media_type=page.content_type)


ROUTES = (live, ready, metrics)
