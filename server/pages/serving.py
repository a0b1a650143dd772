"""Answers with pages and modules. Which and how is decided in paths.py, files.py and policy.py."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from litestar import Request, Response
from litestar.datastructures import State
from litestar.enums import HttpMethod
from litestar.handlers import route
from litestar.params import HeaderParameter

from server.editing import etags
from server.pages import policy
from server.pages.files import File, read
from server.pages.paths import PAGES, file_of
from server.routes.problems import Problem
from server.settings import Settings

IfNoneMatch = Annotated[str | None, HeaderParameter(name="if-none-match")]


class Pages:
    """All files that browsers get, held as they were at the start."""

    def __init__(self, files: Mapping[str, File], stores: Sequence[str]) -> None:
        """stores: see policy.py."""
        self.files = files
        self.stores = stores

    def page(self, name: str, seen: str | None = None) -> Response[bytes | None]:
        """The file of this name. seen: what a request says it has, its header `If-None-Match`.

        Raises Problem.
        """
        file = self.files.get(name)
        if file is None:
            raise Problem(404, "not_found", "there is no such page")
        headers = {**policy.headers(name, self.stores), "etag": file.tag}
        if etags.known(seen, file.tag):
            return Response(None, status_code=304, headers=headers)
        return Response(file.body, media_type=file.type, headers=headers)


def pages_of(settings: Settings) -> Pages:
    s3 = settings.storage.s3
    return Pages(read(), [s3.public_url] if s3 else [])


@route(
    [*PAGES, "/sessions/{session_id:str}", "/assets/{name:path}", "/browser/{name:path}"],
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    status_code=200,
    include_in_schema=False,
    sync_to_thread=False,
)
def files(
    request: Request[Any, Any, Any], state: State, seen: IfNoneMatch = None
) -> Response[bytes | None]:
    """Pages, and what is in `/assets` and `/browser`."""
    pages: Pages = state.pages
    return pages.page(file_of(request.scope["path"]) or "", seen)


ROUTES = (files,)
