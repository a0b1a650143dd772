"""Every page opens without a complaint, and can be used by everybody."""

import pytest
from playwright.async_api import Page, expect

from server.pages.files import HERE
from server.pages.paths import file_of
from tests.browser.checks import axe, shifts
from tests.browser.conftest import Opens
from tests.browser.content import spoken
from tests.server.shared import Running

PATHS = {
    "speak.html": "/",
    "sessions.html": "/sessions",
    "session.html": "/sessions/{session}",
    "upload.html": "/upload",
    "viewer.html": "/captions/hall",
}
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


def test_all_pages_are_among_these() -> None:
    assert {path.name for path in HERE.glob("*.html")} == set(PATHS)
    own = {name: path for name, path in PATHS.items() if name != "viewer.html"}
    assert {name: file_of(path) for name, path in own.items()} == {name: name for name in own}


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_page_is_accessible(server: Running, opens: Opens, name: str, scheme: str) -> None:
    session = await spoken(server, "hall")
    page = await opens(PATHS[name].format(session=session), color_scheme=scheme)
    await settled(page)
    assert await axe(page) == []
    assert await page.title() and await page.locator("h1").count() == 1
    assert await page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("name", PATHS)
async def test_a_page_fits_a_phone(server: Running, opens: Opens, name: str) -> None:
    session = await spoken(server, "hall")
    page = await opens(PATHS[name].format(session=session), viewport=PHONE)
    await settled(page)
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("name", PATHS)
async def test_hardly_anything_moves_while_a_page_loads(
    server: Running, opens: Opens, name: str
) -> None:
    session = await spoken(server, "hall")
    page = await opens(PATHS[name].format(session=session), viewport=DESKTOP)
    await settled(page)
    assert sum(shift.value for shift in await shifts(page)) < 0.1


async def settled(page: Page) -> None:
    """What it asks for at once has come. Not `networkidle`: viewers listen for ever."""
    await page.wait_for_load_state("load")
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)
