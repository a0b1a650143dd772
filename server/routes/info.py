"""What this server can do, for pages and programs that offer it to somebody. Values only."""

from importlib.metadata import version

from litestar import get
from litestar.datastructures import State
from msgspec import Struct

from server.routes.lookup import parts_of
from server.routes.parameters import only


class Info(Struct, frozen=True):
    """languages: codes that the model knows. max_sessions: live ones at once."""

    version: str
    model: str
    languages: list[str]
    max_sessions: int


@get("/v1/info", before_request=only(), sync_to_thread=False)
def info(state: State) -> Info:
    parts = parts_of(state)
    return Info(
        version=version("captionflow-server"),
        model=parts.settings.model.name,
        languages=sorted(parts.languages),
        max_sessions=parts.settings.server.max_sessions,
    )


ROUTES = (info,)
