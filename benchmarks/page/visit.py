"""One visit to the speaker's page: opened, started, stopped, and what its witness has seen.

What that means is for others (account.py). The witness is witness.js.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from msgspec import Struct
from playwright.async_api import Browser, Error, Page

WITNESS = Path(__file__).with_name("witness.js")
PATIENCE = 30_000  # milliseconds that a page may take for anything
LOOK = 0.25  # seconds between two looks at a page
BRACKETS = 20  # questions for the page's clock, of which the quickest answer counts
END = '"type":"ended"'


class Stuck(Exception):
    """The page did not come to where it had to; the message says to what."""


class Witness(Struct, frozen=True):
    """As witness.js has it; see there. Times in milliseconds of the page's clock."""

    opened: float
    pace: float
    ready: float
    granted: float
    base: float
    messages: tuple[tuple[float, str], ...]
    frames: tuple[tuple[float, int, int], ...]
    sound: tuple[bytes, ...]
    shown: tuple[tuple[float, int, bool, str, str], ...]
    moved: tuple[tuple[float, str], ...]
    captured: tuple[tuple[float, float, int], ...]
    beginning: tuple[float, ...]
    rate: float


class Seen(Struct, frozen=True):
    """A visit that is over. offset: seconds from the monotonic clock to the page's. broken: what
    the page complained of.
    """

    witness: Witness
    offset: float
    broken: tuple[str, ...]

    def at(self, milliseconds: float) -> float:
        """A time of the page on the monotonic clock, in seconds."""
        return milliseconds / 1000 - self.offset


class Visit:
    """An open page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.broken: list[str] = []
        page.on("pageerror", lambda error: self.broken.append(str(error)))

    async def start(self) -> None:
        """Somebody who speaks English presses the button, and stays on the page in the end."""
        await self.page.select_option("[name=language]", "en")
        await self.page.evaluate("document.querySelector('[name=leave]').click()")
        await self.page.click("#go")

    async def streams(self) -> None:
        """Until the first sound was sent. Raises Stuck."""
        await self._until("witness.frames.length", "the first sound", 0.0)

    async def heard(self, seconds: float) -> None:
        """Until the page has had the microphone for so many seconds. Raises Stuck."""
        since = "performance.timeOrigin + performance.now() - witness.granted"
        true = f"witness.granted && {since} >= {seconds * 1000:g}"
        await self._until(true, f"{seconds:g} s of sound", seconds)

    async def stop(self) -> None:
        """Presses the button again; until the session has ended. Raises Stuck."""
        await self.page.click("#go")
        ended = f"witness.messages.some(([, it]) => it.includes({json.dumps(END)}))"
        await self._until(ended, "the end of the session", 60.0)

    async def seen(self) -> Seen:
        """After the last change of the page has been shown."""
        await self.page.evaluate(
            "() => new Promise((on) => requestAnimationFrame(() => setTimeout(on, 100)))"
        )
        offset = await self._offset()
        found = await self.page.evaluate("JSON.stringify(witness)")
        return Seen(msgspec.json.decode(found, type=Witness), offset, tuple(self.broken))

    async def _until(self, true: str, what: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds + PATIENCE / 1000
        while not await self.page.evaluate(f"Boolean({true})"):
            if time.monotonic() > deadline:
                raise Stuck(f"the page did not come to {what}")
            await asyncio.sleep(LOOK)

    async def _offset(self) -> float:
        """Between two looks at ours the page looks at its clock."""
        best = (float("inf"), 0.0)
        for _ in range(BRACKETS):
            before = time.monotonic()
            theirs = await self.page.evaluate("performance.timeOrigin + performance.now()")
            after = time.monotonic()
            best = min(best, (after - before, theirs / 1000 - (before + after) / 2))
        return best[1]


@asynccontextmanager
async def visit(browser: Browser, url: str, **wishes: bool) -> AsyncIterator[Visit]:
    """A visitor who was never here before. wishes: for the witness. Raises Stuck."""
    context = await browser.new_context(base_url=url)
    context.set_default_timeout(PATIENCE)
    try:
        given = f"window.witnessWishes = {json.dumps(wishes)};\n"
        await context.add_init_script(given + WITNESS.read_text())
        visit = Visit(await context.new_page())
        await visit.page.goto("/")
        yield visit
    except Error as error:
        raise Stuck(str(error)) from None
    finally:
        await context.close()
