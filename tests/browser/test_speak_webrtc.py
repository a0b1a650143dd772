"""The speaker's page over WebRTC, and what it says where there is none."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.conftest import Opens
from tests.browser.microphone import Microphone
from tests.browser.talking import (
    TALK,
    choose,
    chromium,
    numbers,
    phase,
    says,
    start,
    stop,
    trouble,
    words,
)
from tests.browser.watch import Watch
from tests.fakes import drawn
from tests.server.shared import Running, serving, settings_for


@pytest_asyncio.fixture(loop_scope="session")
async def server(tmp_path: Path, database_url: str) -> AsyncIterator[Running]:
    """One that is reached over WebRTC on its own machine."""
    settings = settings_for(tmp_path, database_url, webrtc={"loopback": True})
    async with serving(settings) as running:
        yield running


async def test_somebody_speaks_over_webrtc(
    server: Running, opens: Opens, microphone: Microphone
) -> None:
    microphone.says(drawn(TALK))
    page = await opens("/")
    await choose(page, transport="webrtc", language="en")
    await start(page)
    await says(page, r"(w\d+ ?){12}")
    await expect(page.locator("#delay")).to_have_text(re.compile(r"Delay \d+\.\d s"))
    room = (await page.locator("#viewer").inner_text()).rsplit("/", 1)[-1]
    session = await stop(page)
    said = numbers(await words(page))
    assert len(said) >= 12 and said == sorted(set(said))
    record = await server.over(session)
    assert (record["protocol"], record["room"], record["state"]) == ("whip", room, "ready")


async def test_a_room_in_which_somebody_speaks_already(
    opens: Opens, microphone: Microphone, watch: Watch
) -> None:
    watch.allow("409")
    microphone.says(drawn(TALK))
    first, second = await opens("/"), await opens("/")
    for page in (first, second):
        await choose(page, transport="webrtc", room="hall")
    await start(first)
    await second.locator("#go").click()
    await trouble(second, "Somebody speaks in this room already")
    await second.get_by_role("button", name="Choose another name").click()
    await expect(second.locator("#room")).to_be_focused()
    await choose(second, room="cellar")
    await start(second)
    for page in (first, second):
        await stop(page)


async def test_a_server_without_webrtc_is_reached_by_websocket(
    tmp_path: Path, database_url: str, opens: Opens, microphone: Microphone, watch: Watch
) -> None:
    watch.allow("404")
    microphone.says(drawn(TALK))
    without = settings_for(tmp_path / "without", database_url, webrtc={"enabled": False})
    async with serving(without) as server:
        page = await opens(f"{server.url}/")
        await choose(page, transport="webrtc")
        await page.locator("#go").click()
        await trouble(page, "This server takes no WebRTC")
        await page.get_by_role("button", name="Use WebSocket").click()
        await says(page, r"w\d+ w\d+")
        session = await stop(page)
        assert (await server.over(session))["protocol"] == "stt.v1"


async def test_a_browser_without_webrtc(opens: Opens, microphone: Microphone) -> None:
    microphone.says(drawn(TALK))
    page = await opens()
    await page.add_init_script("delete window.RTCPeerConnection")
    await page.goto("/")
    await choose(page, transport="webrtc")
    await page.locator("#go").click()
    await trouble(page, "This browser has no WebRTC")
    await expect(page.get_by_role("button", name="Use WebSocket")).to_be_visible()


async def test_a_network_that_lets_no_webrtc_pass(server: Running, browser: Browser) -> None:
    """Nothing but TCP leaves this browser, as behind many a firewall."""
    flags = ["--webrtc-ip-handling-policy", "--force-webrtc-ip-handling-policy"]  # new, old
    closed = [f"{flag}=disable_non_proxied_udp" for flag in flags]
    async with chromium(browser, more=closed) as page:
        await page.goto(server.url)
        await choose(page, transport="webrtc")
        await page.locator("#go").click()
        await phase(page, "connecting")
        await trouble(page, "WebRTC does not get through")
        await page.get_by_role("button", name="Use WebSocket").click()
        await phase(page, "live")
        await stop(page)
