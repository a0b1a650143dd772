"""Pictures of every page, light and dark, on a phone and on a desktop. No test: for eyes.

    python -m tests.browser.screenshots FOLDER [NAME...]

names some of SHOTS, or means all of them; `make screenshots` makes all in data/screenshots.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path
from typing import Any

from msgspec import Struct
from playwright.async_api import Browser, Page, expect

from tests.browser.chromium import driver, launch
from tests.browser.content import speaking, spoken, transcribed
from tests.browser.microphone import Microphone
from tests.fakes import Parrot, drawn, scripted
from tests.server.shared import Running, serving, settings_for

SIZES = {
    "phone": {"width": 390, "height": 844},
    "desktop": {"width": 1280, "height": 800},
}
SCHEMES = ("light", "dark")

EACH = 4  # tenths of a second for a word
SAID = (
    "Good morning, everyone, and welcome to the town hall.",
    "Today we talk about the new library and its garden.",
    "The doors open in May, and there is room for twice as many readers as before.",
)
PICTURE = "...." + "".join("#" * EACH * len(each.split()) + "." * 9 for each in SAID)


class Shot(Struct, frozen=True):
    """A page as it is to be seen. path may name {ready} and {live}, the ids of sessions."""

    name: str
    path: str
    prepare: Callable[[Page], Awaitable[None]] | None = None


async def speak(page: Page) -> None:
    await page.get_by_role("button", name="Start").click()
    await expect(page.get_by_text("morning").first).to_be_visible()
    await expect(page.get_by_text("library").first).to_be_visible()


SHOTS = (
    Shot("speak", "/"),
    Shot("sessions", "/sessions"),
    Shot("session", "/sessions/{ready}"),
    Shot("session-live", "/sessions/{live}"),
    Shot("session-missing", "/sessions/none"),
    Shot("upload", "/upload"),
    Shot("viewer", "/captions/hall"),
    Shot("viewer-overlay", "/captions/hall?overlay"),
    Shot("speaking", "/", speak),
)


async def main(out: Path, *names: str) -> None:
    shots = [shot for shot in SHOTS if not names or shot.name in names]
    out.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=15_000)
    with tempfile.TemporaryDirectory() as folder:
        heard = Path(folder, "heard.wav")
        Microphone(heard).says(drawn(PICTURE))
        async with filled(Path(folder)) as (server, ids), driver() as playwright:
            browser = await launch(playwright, heard)
            for shot, scheme, size in product(shots, SCHEMES, SIZES):
                path = out / f"{shot.name}-{scheme}-{size}.png"
                await take(browser, server, shot, ids, scheme, SIZES[size], path)
                print(path)
            await browser.close()


@asynccontextmanager
async def filled(folder: Path) -> AsyncIterator[tuple[Running, dict[str, str]]]:
    """A server with sessions of every kind, and a room in which somebody speaks."""
    folder.chmod(0o711)  # the account of Postgres goes through it
    model = Parrot(scripted(PICTURE, " ".join(SAID)))
    settings = settings_for(folder / "data", "", server={"linger": 30.0, "idle_timeout": 600.0})
    async with serving(settings, model) as server:
        ready = await spoken(server, picture=PICTURE)
        await transcribed(server, "interview.wav", PICTURE)
        await server.http.post("/v1/jobs", files={"file": ("notes.wav", b"no audio")})
        async with speaking(server, "hall", PICTURE) as (live, _):
            yield server, {"ready": ready, "live": live}


async def take(
    browser: Browser,
    server: Running,
    shot: Shot,
    ids: dict[str, str],
    scheme: Any,
    size: Any,
    path: Path,
) -> None:
    context = await browser.new_context(
        base_url=server.url, color_scheme=scheme, viewport=size, reduced_motion="reduce"
    )
    page = await context.new_page()
    await page.goto(shot.path.format(**ids))
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)
    if shot.prepare:
        await shot.prepare(page)
    await page.screenshot(path=path, full_page=True, omit_background="overlay" in shot.name)
    await context.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
