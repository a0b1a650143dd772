"""Opens the WebSocket of a server of another make and says what went wrong in words."""

from collections.abc import Mapping

from captionflow import ServerError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

OPEN = 10.0  # seconds for the connection
CLOSE = 5.0  # seconds for the goodbye
MAX_MESSAGE = 4 << 20  # bytes; the longest is a transcript of hours that is sent as a whole
DETAIL = 200  # characters of a refusal that are shown


async def dial(address: str, headers: Mapping[str, str]) -> ClientConnection:
    """An open socket. Raises ServerError when there is none to be had."""
    try:
        return await connect(
            address,
            additional_headers=headers,
            compression=None,  # audio does not shrink, and deflate costs both sides
            open_timeout=OPEN,
            close_timeout=CLOSE,
            max_size=MAX_MESSAGE,
        )
    except InvalidStatus as refusal:
        status = refusal.response.status_code
        detail = (refusal.response.body or b"").decode(errors="replace").strip()[:DETAIL]
        message = f"{address} refused the connection (HTTP {status})"
        raise ServerError("refused", f"{message}: {detail}" if detail else message) from None
    except TimeoutError:
        message = f"no answer from {address} within {OPEN:g} s"
        raise ServerError("unreachable", message) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise ServerError("unreachable", f"cannot reach {address}: {reason}") from None
    except WebSocketException as error:
        message = f"{address} does not answer as a WebSocket: {error}"
        raise ServerError("not_a_server", message) from None
