"""What the tests of the browser's modules say to them."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

Runs = Callable[..., Awaitable[Any]]


def plain(value: Any) -> Any:
    """As it is in JSON."""
    return msgspec.json.decode(msgspec.json.encode(value))
