"""A page of a real Chromium publishes over WebRTC by whip.js: what the server and the page hear."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Page

from tests.browser.microphone import Microphone
from tests.fakes import drawn
from tests.server.shared import Running, serving, settings_for, until

TALK = "#" * 90 + "." * 60  # the first seconds pass while the page calls
PUBLISH = """async ([room, wishes]) => {
  const { Whip } = await import('/browser/whip.js');
  const sound = { autoGainControl: false, noiseSuppression: false, echoCancellation: false };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: sound });
  const whip = new Whip(location.href, { stream, room, ...wishes });
  const heard = [];
  for (const type of ['partial', 'final', 'state'])
    whip.addEventListener(type, ({ detail }) => heard.push({ type, ...detail }));
  Object.assign(globalThis, { whip, heard });
  return whip.open();
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def server(tmp_path: Path, database_url: str) -> AsyncIterator[Running]:
    webrtc = {"loopback": True, "linger": 20.0}
    async with serving(settings_for(tmp_path, database_url, webrtc=webrtc)) as running:
        yield running


async def heard(page: Page, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await page.evaluate(
        "(kind) => heard.filter((it) => it.type === kind)", kind
    )
    return found


async def hears(page: Page, kind: str, count: int = 1) -> list[dict[str, Any]]:
    """Waits until the page has heard so many of a kind."""

    async def there() -> bool:
        return len(await heard(page, kind)) >= count

    await until(there)
    return await heard(page, kind)


async def test_a_page_speaks_over_webrtc_and_reads_what_it_said(
    page: Page, server: Running, microphone: Microphone
) -> None:
    microphone.says(drawn(TALK))
    await page.goto("/upload")
    welcome = await page.evaluate(PUBLISH, ["hall", {"language": "en", "hotwords": ["Ada"]}])
    assert (await hears(page, "partial"))[0]["seg"] == 0
    (final,) = await hears(page, "final")
    numbers = [int(word) for word in re.findall(r"w(\d+)", final["text"])]
    assert len(numbers) >= 7 and numbers == list(range(numbers[0], numbers[-1] + 1))
    ended = await page.evaluate("whip.end()")
    assert ended["duration"] >= final["end"] - 0.3
    record = await server.over(welcome["session"])
    assert (record["state"], record["protocol"], record["room"]) == ("ready", "whip", "hall")
    assert record["options"]["hotwords"] == ["Ada"]
    await server.tidied()


async def test_a_page_that_is_cut_off_goes_on_in_its_room(
    page: Page, server: Running, microphone: Microphone
) -> None:
    """The process of media dies: the page calls again, and it is the same session."""
    microphone.says(drawn(TALK))
    await page.goto("/upload")
    welcome = await page.evaluate(PUBLISH, ["hall", {"language": "en", "patience": 30}])
    await hears(page, "final")
    process = server.server.app.state.calls.board.media.process
    process.kill()
    live = server.registry.running[welcome["session"]]
    await until(lambda: live.holding.holder is None)

    async def again() -> bool:
        return bool(await page.evaluate("whip.state === 'live'") and live.holding.holder)

    await until(again, 40.0)
    assert await page.evaluate("whip.session") == welcome["session"]
    assert (await page.evaluate("whip.end()"))["duration"] > 0
    assert (await server.over(welcome["session"]))["state"] == "ready"
