"""Captions of a room, over a network that comes and goes."""

import pytest
from playwright.async_api import Page

from server.rooms.settings import RoomSettings
from tests.browser.room import Speaker
from tests.browser.watch import Watch
from tests.clients.proxy import between
from tests.server.shared import Running, until

BEGIN = """
async (src) => {
  const { Feed } = await import('/browser/feed.js');
  window.seen = [];
  window.states = [];
  window.feed = new Feed(src, (it) => seen.push(it), (it) => states.push(it));
}
"""


@pytest.fixture
def viewer(page: Page, watch: Watch) -> Page:
    watch.allow("favicon.ico")
    watch.allow("net::ERR|status of 503")
    return page


async def begin(page: Page, url: str) -> None:
    await page.goto(f"{url}/assets/icon.svg")
    await page.evaluate(BEGIN, "/captions/hall")


async def sees(page: Page, texts: list[str]) -> None:
    """Waits until these are the finals, each once."""

    async def there() -> bool:
        finals = "seen.filter((it) => it.type === 'final').map((it) => it.text)"
        return bool(await page.evaluate(finals) == texts)

    await until(there)


async def becomes(page: Page, state: str) -> None:
    async def is_so() -> bool:
        return bool(await page.evaluate("states.at(-1)") == state)

    await until(is_so)


async def test_what_is_said_comes_as_events_of_a_connection_do(
    server: Running, viewer: Page
) -> None:
    speaker = Speaker(server)
    await begin(viewer, server.url)
    await becomes(viewer, "live")
    await speaker.partial("Good", " morning")
    await speaker.final("Good morning.")
    await sees(viewer, ["Good morning."])
    await speaker.end()
    await until(lambda: over(viewer))
    assert {
        "type": "final",
        "session": "s",
        "seg": 0,
        "text": "Good morning.",
        "language": "en",
    } in (await viewer.evaluate("seen"))


async def over(page: Page) -> bool:
    return bool(await page.evaluate("seen.at(-1)?.type === 'end'"))


async def test_a_network_that_was_away_costs_no_final(server: Running, viewer: Page) -> None:
    speaker = Speaker(server)
    async with between(server.url) as proxy:
        await begin(viewer, proxy.url)
        await becomes(viewer, "live")
        await speaker.final("one")
        await sees(viewer, ["one"])
        proxy.port, port = 1, proxy.port
        proxy.cut()
        await becomes(viewer, "reconnecting")
        await speaker.final("two")
        proxy.port = port
        await speaker.final("three")
        await sees(viewer, ["one", "two", "three"])
        await becomes(viewer, "live")


async def test_a_server_that_refuses_is_asked_again(server: Running, viewer: Page) -> None:
    """A browser itself gives up after a refusal."""
    speaker, rooms = Speaker(server), server.server.app.state.rooms
    async with between(server.url) as proxy:
        await begin(viewer, proxy.url)
        await becomes(viewer, "live")
        await speaker.final("one")
        await sees(viewer, ["one"])
        rooms.settings, before = RoomSettings(viewers=0), rooms.settings
        proxy.cut()
        await until(lambda: refused(viewer))
        rooms.settings = before
        await speaker.final("two")
        await sees(viewer, ["one", "two"])


async def refused(page: Page) -> bool:
    return int(await page.evaluate("states.filter((it) => it === 'reconnecting').length")) > 1


async def test_who_closes_hears_no_more(server: Running, viewer: Page) -> None:
    await begin(viewer, server.url)
    await becomes(viewer, "live")
    await viewer.evaluate("feed.close()")
    await until(lambda: not server.server.app.state.rooms.watching)
