"""The page with all sessions: searched, narrowed, paged, and kept up to date by itself."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from inference.types import SAMPLE_RATE
from storage.records import State
from tests.browser.checks import axe, shifts
from tests.browser.conftest import Opens
from tests.browser.sessions import SAID, made, now, spoken, storage_of
from tests.browser.watch import Watch
from tests.server.shared import Running


def names(page: Page) -> Locator:
    return page.locator(".session .name")


async def upload(server: Running, number: int, state: State = State.READY) -> str:
    """The older, the higher its number."""
    begun = now() - timedelta(hours=number)
    facts = {"created_at": begun, "expires_at": now() + timedelta(hours=1), "kind": "upload"}
    name = f"Talk {number}.mp3"
    return await made(server, f"u{number}", filename=name, state=state, ready_at=begun, **facts)


async def test_nothing_yet(opens: Opens) -> None:
    page = await opens("/sessions")
    await expect(page.get_by_role("heading", name="No sessions yet")).to_be_visible()
    await expect(page.get_by_role("link", name="Start speaking")).to_have_attribute("href", "/")
    assert await axe(page) == []


async def test_what_is_said_of_a_session(server: Running, opens: Opens) -> None:
    begun = now() - timedelta(hours=2)
    facts = {"duration": 252 * SAMPLE_RATE, "language": "de", "created_at": begun, "room": "hall"}
    await made(server, "old", state=State.EXPIRED, ready_at=begun, **facts)
    page = await opens("/sessions")
    row = page.locator(".session")
    await expect(row).to_contain_text("Live in hall")
    await expect(row).to_contain_text("Locked")
    await expect(row).to_contain_text("4 min 12 s · German")
    await expect(row).to_contain_text("2 hours ago")
    await expect(page.locator("#count")).to_have_text("1 session")


async def test_a_session_is_opened_by_keyboard(server: Running, opens: Opens) -> None:
    id = await spoken(server)
    page = await opens("/sessions")
    await page.locator(".session").first.focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/sessions/{id}")


async def test_a_search_finds_words_and_files(server: Running, opens: Opens) -> None:
    await spoken(server)
    await upload(server, 1)
    page = await opens("/sessions")
    await expect(names(page)).to_have_text(["Live session", "Talk 1.mp3"])
    search = page.get_by_role("searchbox", name="Search")
    await search.fill(SAID[1].split()[-1].rstrip("."))
    await expect(names(page)).to_have_text(["Live session"])
    assert page.url.endswith("?q=numbers")
    await search.fill("talk 1")
    await expect(names(page)).to_have_text(["Talk 1.mp3"])
    await page.reload()
    await expect(search).to_have_value("talk 1")
    await expect(names(page)).to_have_text(["Talk 1.mp3"])
    await search.fill("never said")
    await expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    assert await axe(page) == []
    await page.get_by_role("button", name="Show all sessions").click()
    await expect(names(page)).to_have_count(2)
    await expect(search).to_be_focused()
    assert page.url.endswith("/sessions")


async def test_a_list_is_narrowed(server: Running, opens: Opens) -> None:
    await upload(server, 1)
    await upload(server, 2, State.FAILED)
    await made(server, "live", state=State.FAILED, error="the disk was full")
    page = await opens("/sessions?state=failed")
    await expect(page.get_by_label("State")).to_have_value("failed")
    await expect(names(page)).to_have_text(["Live session", "Talk 2.mp3"])
    await expect(page.locator(".session").first).to_contain_text("the disk was full")
    await page.get_by_label("Kind").select_option("Uploads")
    await expect(names(page)).to_have_text(["Talk 2.mp3"])
    assert page.url.endswith("?state=failed&kind=upload")


async def test_older_sessions_come_when_they_are_asked_for(server: Running, opens: Opens) -> None:
    for number in range(120):
        await upload(server, number)
    page = await opens("/sessions")
    await expect(names(page)).to_have_count(50)
    await expect(page.locator("#count")).to_have_text("50 sessions and more")
    more = page.get_by_role("button", name="Show older sessions")
    await more.click()
    await expect(names(page)).to_have_count(100)
    await more.click()
    await expect(names(page)).to_have_count(120)
    await expect(more).to_be_hidden()
    shown = await names(page).all_inner_texts()
    assert shown == [f"Talk {number}.mp3" for number in range(120)]
    await storage_of(server).sessions.erase("local", "u7")
    await expect(names(page)).to_have_count(119)


async def test_states_change_by_themselves(server: Running, opens: Opens) -> None:
    await upload(server, 3)
    async with server.connect() as live:
        page = await opens("/sessions")
        badge = page.locator(".badge").first
        await expect(badge).to_have_text("Live")
        await page.locator(".session").nth(1).focus()
        before = len(await shifts(page))
        await live.end()
        async for _ in live:
            pass
    await expect(badge).to_have_text("Ready")
    await expect(page.locator(".session").nth(1)).to_be_focused()
    await upload(server, 1)
    await expect(names(page)).to_have_text(["Live session", "Talk 1.mp3", "Talk 3.mp3"])
    moved = [name for shift in (await shifts(page))[before:] for name in shift.moved]
    assert not [name for name in moved if "header" in name or "filters" in name]


async def test_a_server_that_is_away(server: Running, opens: Opens, watch: Watch) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED")
    await upload(server, 1)
    page = await opens("/sessions")
    await expect(names(page)).to_have_count(1)
    await page.context.set_offline(True)
    await expect(page.get_by_role("alert")).to_have_text(re.compile("The server does not answer"))
    await expect(names(page)).to_have_count(1)
    await page.context.set_offline(False)
    await expect(page.get_by_role("alert")).to_be_hidden()


async def test_a_strangers_name_is_only_text(server: Running, opens: Opens) -> None:
    name = "<img src=x onerror=alert(1)>" + "x" * 200
    await made(server, "evil", kind="upload", filename=name)
    page = await opens("/sessions", viewport={"width": 390, "height": 844})
    await expect(names(page)).to_have_text(name)
    assert await page.locator("main img").count() == 0
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_state_is_accessible(server: Running, opens: Opens, scheme: str) -> None:
    for number, state in enumerate(State):
        await upload(server, number, state)
    page = await opens("/sessions", color_scheme=scheme)
    await expect(names(page)).to_have_count(len(State))
    assert await axe(page) == []
