"""The address of a target as a user may give it, and as a socket needs it. Pure."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


class BadTarget(ValueError):
    """There is no such target, or its address cannot be one."""


def socket_address(url: str, path: str, query: Sequence[tuple[str, str]] = ()) -> str:
    """The WebSocket address for `url`, which may be http or ws, with or without a path.

    path: taken when `url` has none. query: added to that of `url`, whose own values win.
    Raises BadTarget when `url` is no such address.
    """
    try:
        parts = urlsplit(url)
        scheme, host, _ = SCHEMES.get(parts.scheme), parts.hostname, parts.port
    except ValueError:
        scheme = host = None
    if scheme is None or not host or parts.fragment:
        raise BadTarget(f"not a server address: {url!r}; give one like ws://127.0.0.1:8080")
    own = parse_qsl(parts.query, keep_blank_values=True)
    given = {name for name, _ in own}
    whole = urlencode([*own, *(pair for pair in query if pair[0] not in given)])
    found = path if parts.path in ("", "/") else parts.path
    return urlunsplit((scheme, parts.netloc, found, whole, ""))
