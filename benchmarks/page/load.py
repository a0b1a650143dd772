"""How soon the page streams what the microphone hears. Prints nothing.

Each visitor is new: no cache, nothing remembered. The button is pressed by the page's witness at
the moment at which the page's scripts have run, so nobody's hand or tool is in the time.
"""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from benchmarks.chaos.process import Server
from benchmarks.page.chromium import Microphone, chromium
from benchmarks.page.visit import Seen, visit

Told = Callable[[str], None]


class Settings(Struct, frozen=True):
    """visits: one after the other."""

    visits: int


class Loaded(Struct, frozen=True):
    """Seconds from the beginning of the navigation: until the scripts have run, until there is a
    microphone, until the first sound was sent.
    """

    ready: float
    granted: float
    streaming: float


class Result(Struct, frozen=True):
    loaded: tuple[Loaded, ...]
    faults: tuple[str, ...]


async def measure(settings: Settings, folder: Path, tell: Told) -> Result:
    """Raises ServerDied, NoBrowser, Stuck."""
    tell("the server starts")
    server = Server(folder, {"server": {"max_sessions": settings.visits + 2}})
    found: list[Loaded] = []
    faults: list[str] = []
    microphone = Microphone(folder / "microphone.wav")
    async with server.running(), chromium(microphone) as browser:
        for number in range(settings.visits):
            tell(f"visit {number + 1} of {settings.visits}")
            async with visit(browser, server.url, press=True) as one:
                await one.streams()
                seen = await one.seen()
            found.append(loaded(seen))
            faults += [f"visit {number + 1}: {it}" for it in seen.broken]
    return Result(tuple(found), tuple(faults))


def loaded(seen: Seen) -> Loaded:
    witness = seen.witness
    moments = (witness.ready, witness.granted, witness.frames[0][0])
    ready, granted, streaming = ((at - witness.opened) / 1000 for at in moments)
    return Loaded(ready, granted, streaming)
