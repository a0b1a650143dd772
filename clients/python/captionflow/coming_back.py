"""When a lost connection is tried again, and when it is not. Pure: no socket, no clock."""

from collections.abc import Callable, Iterator

from captionflow.errors import ServerError

AT_FIRST = 0.25  # seconds before the second attempt; the first is made at once
AT_MOST = 8.0
FOR_GOOD = {"forbidden", "not_a_server", "unauthorized"}  # refusals that stay
STAYS = {1000, 1009, 4400, 4401, 4403, 4409}  # close codes after which nobody comes back
FORGOTTEN = "unknown_session"


def pauses(chance: Callable[[], float]) -> Iterator[float]:
    """Seconds before each attempt. chance: between 0 and 1, so that not all come at once."""
    yield 0.0
    pause = AT_FIRST
    while True:
        yield pause * (0.5 + chance() / 2)
        pause = min(2 * pause, AT_MOST)


def may_return(error: ServerError) -> bool:
    """Whether another connection may go on where this one ended."""
    return error.close not in STAYS and error.code not in FOR_GOOD
