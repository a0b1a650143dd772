"""Every HTTP answer carries an id, and so does the log line of one that failed.

A sane id that the client or a proxy sent is kept; any other is replaced.
"""

import re
import secrets

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

HEADER = "x-request-id"
SANE = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


async def stamp(message: Message, scope: Scope) -> None:
    """A `before_send` hook of Litestar: the id goes out with the headers."""
    if message["type"] == "http.response.start":
        MutableScopeHeaders.from_message(message)[HEADER] = id_of(scope)


def id_of(scope: Scope) -> str:
    """The id of a request; the same each time it is asked for."""
    state = scope["state"]
    if HEADER not in state:
        sent = dict(scope["headers"]).get(HEADER.encode(), b"").decode("latin-1")
        state[HEADER] = sent if SANE.fullmatch(sent) else secrets.token_hex(8)
    request: str = state[HEADER]
    return request
