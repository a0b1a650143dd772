"""`<caption-flow>` on a page of anybody."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.checks import axe
from tests.browser.room import Speaker
from tests.browser.watch import Watch
from tests.clients.proxy import between
from tests.server.shared import Running

PUT = """
async ([module, src, attributes]) => {
  await import(module);
  document.title = 'A page';
  document.documentElement.lang = 'en';
  const flow = document.createElement('caption-flow');
  flow.setAttribute('src', src);
  for (const [name, value] of Object.entries(attributes)) flow.setAttribute(name, value);
  const main = document.createElement('main');
  main.innerHTML = '<h1>A page</h1>';
  main.append(flow);
  document.body.replaceChildren(main);
}
"""


@pytest.fixture
def reader(page: Page, watch: Watch) -> Page:
    watch.allow("favicon.ico")
    watch.allow("net::ERR")
    return page


async def put(page: Page, url: str, src: str, **attributes: str) -> None:
    await page.goto(f"{url}/browser/wire.js")
    await page.evaluate(PUT, ["/browser/captions.js", src, attributes])


async def test_it_shows_what_is_said_in_a_room(server: Running, reader: Page) -> None:
    speaker = Speaker(server)
    await speaker.final("Said before.")
    await put(reader, server.url, f"{server.url}/captions/hall")
    await expect(reader.get_by_role("log")).to_have_text("Said before.")
    await speaker.says("Good morning everyone.")
    await expect(reader.get_by_role("log").locator("p")).to_have_text(
        ["Said before.", "Good morning everyone."]
    )
    lines = await reader.evaluate("""() => {
      const captions = document.querySelector('caption-flow').shadowRoot.firstChild;
      const height = (it) => it.getBoundingClientRect().height;
      return height(captions) / height(captions.querySelector('p'));
    }""")
    assert lines == pytest.approx(2, abs=0.02)
    assert await axe(reader) == []


async def test_a_relative_address_and_all_that_was_said(server: Running, reader: Page) -> None:
    speaker = Speaker(server)
    await put(reader, server.url, "/captions/hall/", lines="scroll", live="")
    await expect(reader.get_by_role("log")).to_have_attribute("aria-live", "polite")
    for number in range(5):
        await speaker.final(f"Sentence {number}.")
    await expect(reader.get_by_role("log").locator("p")).to_have_count(5)
    assert await axe(reader) == []


async def test_it_says_when_the_network_is_away(server: Running, reader: Page) -> None:
    speaker = Speaker(server)
    async with between(server.url) as proxy:
        await put(reader, proxy.url, f"{proxy.url}/captions/hall")
        await speaker.final("one")
        await expect(reader.get_by_role("log")).to_have_text("one")
        proxy.port, port = 1, proxy.port
        proxy.cut()
        await expect(reader.get_by_role("status")).to_have_text("Reconnecting…")
        proxy.port = port
        await expect(reader.get_by_role("status")).to_have_text("")


async def test_it_goes_to_another_room_and_away(server: Running, reader: Page) -> None:
    hall, cellar = Speaker(server), Speaker(server, "cellar", "t")
    await put(reader, server.url, f"{server.url}/captions/hall")
    await hall.final("In the hall.")
    await expect(reader.get_by_role("log")).to_have_text("In the hall.")
    await reader.evaluate(
        "(src) => document.querySelector('caption-flow').setAttribute('src', src)",
        f"{server.url}/captions/cellar",
    )
    await cellar.final("In the cellar.")
    await expect(reader.get_by_role("log")).to_have_text("In the cellar.")
    await reader.evaluate("document.querySelector('caption-flow').remove()")
    await expect(reader.get_by_role("log")).to_have_count(0)


async def test_a_page_of_somebody_else(server: Running, reader: Page) -> None:
    """Of another origin, and without our policy."""
    speaker = Speaker(server)
    async with between(server.url) as proxy:
        await reader.goto(f"{proxy.url}/health/live")
        module, room = f"{server.url}/browser/captions.js", f"{server.url}/captions/hall"
        await reader.evaluate(PUT, [module, room, {}])
        await speaker.final("Good morning.")
        await expect(reader.get_by_role("log")).to_have_text("Good morning.")
