"""Opens the WebSocket and says what went wrong in words. No session yet."""

import asyncio
import string

import msgspec
from msgspec import Struct
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.http11 import Response
from websockets.typing import Subprotocol

from captionflow.errors import ServerError
from captionflow.protocol import SUBPROTOCOL

MAX_MESSAGE = 4 << 20  # bytes; far above any event, far below what would hurt
TOKEN_CHARACTERS = frozenset(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~")


async def dial(
    address: str, token: str | None, timeout: float, dead_after: float = 40.0
) -> ClientConnection:
    """A socket that speaks `stt.v1`. Raises ServerError when there is none to be had.

    dead_after: seconds without a sign of life after which the connection is lost.
    """
    try:
        socket = await open_socket(
            address,
            subprotocols=_subprotocols(token),
            compression=None,  # audio does not shrink, and deflate costs both sides
            open_timeout=timeout,
            close_timeout=5,
            ping_interval=dead_after / 2,
            ping_timeout=dead_after / 2,
            max_size=MAX_MESSAGE,
        )
    except InvalidStatus as refusal:
        raise _refused(refusal.response) from None
    except TimeoutError:
        message = f"no answer from {address} within {timeout:g} s"
        raise ServerError("unreachable", message) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise ServerError("unreachable", f"cannot reach {address}: {reason}") from None
    except WebSocketException as error:
        if isinstance(error.__cause__, EOFError):
            raise ServerError("lost", f"{address} hung up before it had answered") from None
        message = f"{address} does not answer as a WebSocket: {error}"
        raise ServerError("not_a_server", message) from None
    if socket.subprotocol != SUBPROTOCOL:
        await socket.close()
        raise ServerError("not_a_server", f"{address} does not speak {SUBPROTOCOL}")
    return socket


async def hang_up(socket: ClientConnection) -> None:
    """Close, at once if the task is being cancelled."""
    try:
        await socket.close()
    except asyncio.CancelledError:
        socket.transport.abort()
        raise


def _subprotocols(token: str | None) -> list[Subprotocol]:
    if token is None:
        return [Subprotocol(SUBPROTOCOL)]
    if not token or not TOKEN_CHARACTERS.issuperset(token):
        raise ValueError("the token has characters that a header cannot carry")
    return [Subprotocol(SUBPROTOCOL), Subprotocol(f"bearer.{token}")]


REFUSALS = {
    401: ("unauthorized", "the server wants a valid token"),
    403: ("forbidden", "the token does not allow this"),
    404: ("not_a_server", "there is no stt.v1 at this address"),
    429: ("too_many", "over a rate limit or quota"),
    503: ("overloaded", "the server has no capacity now"),
}


def _refused(response: Response) -> ServerError:
    status = response.status_code
    name, meaning = REFUSALS.get(status, ("refused", "the server refused the connection"))
    wait = response.headers.get("Retry-After", "")
    after = float(wait) if wait.isdecimal() else None
    detail = _detail(response.body)
    return ServerError(
        name, f"{meaning} (HTTP {status})" + (f": {detail}" if detail else ""), after
    )


class Problem(Struct):
    """What a server says of a refusal (RFC 9457)."""

    detail: str = ""


def _detail(body: bytes | bytearray | None) -> str:
    try:
        return msgspec.json.decode(body or b"{}", type=Problem).detail
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
