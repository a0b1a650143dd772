"""Somebody speaks into the page and reads along, whatever the network does."""

import re
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.checks import axe, shifts
from tests.browser.conftest import Opens
from tests.browser.microphone import Microphone
from tests.browser.talking import (
    SHOWN,
    TALK,
    choose,
    heard,
    numbers,
    opened,
    phase,
    says,
    start,
    stop,
    words,
)
from tests.browser.watch import Watch
from tests.clients.proxy import between
from tests.fakes import drawn
from tests.server.shared import Running, serving, settings_for

LONG = "...." + "#" * 300
PHONE = {"width": 390, "height": 844}

WATCH_WORDS = """() => {
  const seen = new Map();
  window.moved = [];
  const look = () => {
    for (const view of document.querySelectorAll('#captions > :not([hidden])')) {
      const top = view.getBoundingClientRect().top - view.scrollTop;
      for (const span of view.querySelectorAll('p > span:first-child')) {
        const text = span.firstChild;
        for (const { index, 0: word } of text?.data.matchAll(/\\S+(?= )/g) ?? []) {
          const range = new Range();
          range.setStart(text, index);
          range.setEnd(text, index + word.length);
          const box = range.getBoundingClientRect();
          const place = `${Math.round(box.left)} ${Math.round(box.top - top)}`;
          if ((seen.get(word) ?? place) !== place) window.moved.push(`${word} ${place}`);
          seen.set(word, place);
        }
      }
    }
    window.watched = seen.size;
    requestAnimationFrame(look);
  };
  look();
}"""


async def test_somebody_speaks_reads_and_finds_the_transcript(
    server: Running, opens: Opens, microphone: Microphone
) -> None:
    microphone.says(drawn(TALK))
    page = await opens("/")
    await start(page, leave=True)
    await says(page, r"(w\d+ ?){12}")
    await expect(page.locator("#delay")).to_have_text(re.compile(r"Delay \d+\.\d s, now \d+\.\d s"))
    await page.get_by_role("button", name="Stop").click()
    await page.wait_for_url("**/sessions/*")
    session = page.url.rsplit("/", 1)[-1]
    record = await server.over(session)
    assert (record["kind"], record["protocol"]) == ("live", "stt.v1")


async def test_the_words_shown_are_those_of_the_recording(
    server: Running, opens: Opens, microphone: Microphone
) -> None:
    microphone.says(drawn(TALK))
    page = await opens("/")
    await choose(page, language="en")
    await start(page)
    await says(page, r"(w\d+ ?){18}")
    await page.locator("#go").click()
    await phase(page, "over")
    shown, session = await words(page), await opened(page)
    await server.over(session)
    assert shown == await heard(server, session)
    assert len(set(shown)) == len(shown) >= 18


@pytest.mark.parametrize("whole", [False, True], ids=["two lines", "whole text"])
async def test_committed_words_do_not_move(
    opens: Opens, microphone: Microphone, whole: bool
) -> None:
    microphone.says(drawn(TALK))
    page = await opens("/", viewport=PHONE)
    if whole:
        await page.get_by_role("switch", name="Whole text").check()
    await start(page)
    before = len(await shifts(page))
    await page.evaluate(WATCH_WORDS)
    await says(page, r"(w\d+ ?){24}")
    assert await page.evaluate("window.watched") > 12
    assert await page.evaluate("window.moved") == []
    assert (await shifts(page))[before:] == []


async def test_two_lines_or_the_whole_text_at_any_time(
    opens: Opens, microphone: Microphone
) -> None:
    microphone.says(drawn(TALK))
    page = await opens("/", viewport=PHONE)
    lines = page.locator("#captions [data-lines='2']")
    await start(page)
    await says(page, r"(w\d+ ?){12}")
    box = await lines.bounding_box()
    await says(page, r"(w\d+ ?){20}")
    assert box and await lines.bounding_box() == box
    await page.get_by_role("switch", name="Whole text").check()
    await expect(lines).to_be_hidden()
    await expect(page.locator(SHOWN)).to_be_visible()
    assert await page.locator(f"{SHOWN} p").first.inner_text()


@pytest.mark.parametrize("seconds", [1, 5])
async def test_a_lost_network_costs_no_word(
    server: Running, opens: Opens, microphone: Microphone, watch: Watch, seconds: int
) -> None:
    watch.allow("WebSocket connection")
    microphone.says(drawn(LONG))
    async with between(server.url) as proxy:
        page = await opens(f"{proxy.url}/")
        await start(page)
        proxy.freeze()
        proxy.cut()
        await phase(page, "reconnecting")
        await expect(page.locator("#state")).to_have_text("Reconnecting")
        kept = re.compile(rf"kept here .*\([{seconds}-9] s so far\)")
        await expect(page.locator("#keeping")).to_have_text(kept, timeout=20_000)
        at = len(await words(page))
        proxy.thaw()
        await phase(page, "live")
        await says(page, rf"(w\d+ ?){{{at + 3 * seconds + 3}}}")
        session = await stop(page)
        shown = await words(page)
    await server.over(session)
    said = numbers(shown)
    assert said == list(range(said[0], said[-1] + 1))
    assert shown == await heard(server, session)


async def test_a_server_that_goes_and_comes_back(
    tmp_path: Path,
    database_url: str,
    opens: Opens,
    microphone: Microphone,
    watch: Watch,
) -> None:
    watch.allow("WebSocket connection")
    microphone.says(drawn("...." + "#" * 20 + "." * 50 + "#" * 200))
    settings = settings_for(tmp_path / "gone", database_url, server={"linger": 30.0})
    async with AsyncExitStack() as stack:
        first = AsyncExitStack()
        server = await first.enter_async_context(serving(settings))
        proxy = await stack.enter_async_context(between(server.url))
        page = await opens(f"{proxy.url}/")
        await start(page)
        await expect(page.locator(f"{SHOWN} [role=log] p")).to_have_count(1, timeout=15_000)
        await first.aclose()
        await phase(page, "reconnecting")
        await expect(page.locator("#keeping")).to_have_text(re.compile(r"\([6-9] s so far\)"))
        server = await stack.enter_async_context(serving(settings))
        proxy.port = int(server.url.rsplit(":", 1)[-1])
        await phase(page, "live")
        await says(page, r"(w\d+ ?){18}")
        await expect(page.locator("#keeping")).to_have_text(re.compile("in a new one"))
        await server.over(await stop(page))
        listed = (await server.get("/v1/sessions")).json()["sessions"]
        recorded = [await heard(server, each["id"]) for each in reversed(listed)]
        assert await words(page) == [word for said in recorded for word in said]


async def test_a_live_page_is_not_left_by_mistake(opens: Opens, microphone: Microphone) -> None:
    microphone.says(drawn(TALK))
    page = await opens("/")
    await start(page)
    async with page.expect_event("dialog") as asked:
        await page.close(run_before_unload=True)
    dialog = await asked.value
    assert dialog.type == "beforeunload"
    await dialog.dismiss()
    await stop(page)


async def test_who_stays_stays(opens: Opens, microphone: Microphone) -> None:
    microphone.says(drawn(TALK))
    page = await opens("/")
    await start(page, leave=True)
    await page.locator("#go").click()
    await page.get_by_role("button", name="Stay here").click()
    await expect(page.locator("#over-text")).to_have_text(re.compile("were recorded"))
    await start(page)
    await stop(page)


async def test_all_of_it_by_keyboard(opens: Opens, microphone: Microphone) -> None:
    microphone.says(drawn(TALK))
    page = await opens("/")
    await tab_to(page, "go")
    await page.keyboard.press("Enter")
    await phase(page, "live")
    await says(page, r"w\d+ w\d+")
    await expect(page.locator("#go")).to_be_focused()
    await tab_to(page, "whole")
    await page.keyboard.press("Space")
    await expect(page.locator("#whole")).to_be_checked()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Space")
    await phase(page, "over")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#over-text")).to_have_text(re.compile("being made"))


async def test_everybody_can_use_it_in_every_state(
    server: Running, opens: Opens, microphone: Microphone, watch: Watch
) -> None:
    watch.allow("WebSocket connection")
    microphone.says(drawn(TALK))
    async with between(server.url) as proxy:
        page = await opens(f"{proxy.url}/")
        await choose(page, room="hall")
        findings = {"idle": await axe(page)}
        await start(page)
        findings["live"] = await axe(page)
        proxy.freeze()
        proxy.cut()
        await phase(page, "reconnecting")
        findings["reconnecting"] = await axe(page)
        await page.locator("#go").click()
        await phase(page, "ending")
        findings["ending"] = await axe(page)
        proxy.thaw()
        await phase(page, "over")
        findings["over"] = await axe(page)
    assert findings == {name: [] for name in findings}


async def tab_to(page: Page, id: str) -> None:
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.id") == id:
            return
    pytest.fail(f"#{id} is not reached by keyboard")
