"""A page that publishes over WebRTC; what goes well is in tests/browser/test_whip.py, too."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Page

from tests.browser.microphone import Microphone
from tests.browser.watch import Watch
from tests.clients.proxy import between
from tests.fakes import drawn
from tests.server.shared import Running, serving, settings_for, until

TALK = "#" * 90 + "." * 60
BEGIN = """
async ([room, wishes]) => {
  const { capture } = await import('/browser/capture.js');
  const { Whip } = await import('/browser/whip.js');
  const sound = await capture({ autoGainControl: false });
  const whip = new Whip(location.href, { stream: sound.stream, room, language: 'en', ...wishes });
  const seen = [];
  for (const type of ['partial', 'final', 'state', 'warning', 'lag']) {
    whip.addEventListener(type, ({ detail }) => seen.push({ ...detail, type }));
  }
  const attempt = (promise) => promise.then(
    (got) => ({ got }),
    ({ name, code, message, retryAfter }) => ({ failed: { name, code, message, retryAfter } }),
  );
  Object.assign(window, { whip, seen, attempt });
}
"""


@pytest_asyncio.fixture(loop_scope="session")
async def server(tmp_path: Path, database_url: str) -> AsyncIterator[Running]:
    webrtc = {"loopback": True, "linger": 20.0}
    async with serving(settings_for(tmp_path, database_url, webrtc=webrtc)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def publisher(page: Page, microphone: Microphone, watch: Watch) -> Page:
    watch.allow("favicon.ico")
    microphone.says(drawn(TALK))
    await page.goto("/assets/icon.svg")
    return page


async def opens(page: Page, room: str | None, **wishes: Any) -> dict[str, Any]:
    await page.evaluate(BEGIN, [room, wishes])
    outcome: dict[str, Any] = await page.evaluate("attempt(whip.open())")
    return outcome


async def hears(page: Page, type: str, count: int = 1) -> list[dict[str, Any]]:
    which = "(type) => seen.filter((it) => it.type === type)"

    async def there() -> bool:
        return len(await page.evaluate(which, type)) >= count

    await until(there)
    found: list[dict[str, Any]] = await page.evaluate(which, type)
    return found


async def test_it_is_used_as_a_connection_is(server: Running, publisher: Page) -> None:
    welcome = (await opens(publisher, None))["got"]
    assert await publisher.evaluate("whip.session") == welcome["session"]
    assert (await hears(publisher, "partial"))[0]["seg"] == 0
    (final,) = await hears(publisher, "final")
    lags = [each["ms"] for each in await hears(publisher, "lag")]
    assert all(0 <= each < 15_000 for each in lags)
    ended = await publisher.evaluate("whip.end()")
    assert ended["duration"] >= final["end"] - 0.3
    states = [each["state"] for each in await hears(publisher, "state")]
    assert states == ["live", "ending", "ended"]
    assert (await server.over(welcome["session"]))["state"] == "ready"


async def test_a_room_that_is_busy(server: Running, publisher: Page, watch: Watch) -> None:
    watch.allow("409")
    assert "got" in await opens(publisher, "hall")
    await publisher.evaluate("window.first = whip")
    failed = (await opens(publisher, "hall"))["failed"]
    assert (failed["name"], failed["code"], failed["retryAfter"]) == (
        "ConnectionFailed",
        "room_busy",
        3,
    )
    assert await publisher.evaluate("whip.state") == "failed"
    await publisher.evaluate("first.end()")


async def test_a_server_without_webrtc(
    tmp_path: Path, database_url: str, publisher: Page, watch: Watch
) -> None:
    watch.allow("404")
    other = tmp_path / "other"
    other.mkdir()
    async with serving(settings_for(other, database_url, webrtc={"enabled": False})) as without:
        await publisher.goto(f"{without.url}/assets/icon.svg")
        failed = (await opens(publisher, "hall"))["failed"]
    assert failed["code"] == "not_found" and "WebRTC" in failed["message"]


async def test_nobody_is_there(server: Running, publisher: Page, watch: Watch) -> None:
    watch.allow("net::ERR")
    async with between(server.url) as proxy:
        await publisher.goto(f"{proxy.url}/assets/icon.svg")
        await publisher.evaluate(BEGIN, ["hall", {}])
        proxy.port = 1
        proxy.cut()
        failed = (await publisher.evaluate("attempt(whip.open())"))["failed"]
    assert failed["code"] == "unreachable"


async def test_a_wish_that_the_server_does_not_know(publisher: Page, watch: Watch) -> None:
    watch.allow("400")
    failed = (await opens(publisher, "hall", options={"endpoint_ms": 7}))["failed"]
    assert "endpoint_ms" in failed["message"]


async def test_who_closes_the_page_ends_the_session(server: Running, publisher: Page) -> None:
    session = (await opens(publisher, "hall"))["got"]["session"]
    await hears(publisher, "partial")
    await publisher.goto("about:blank")
    assert (await server.over(session))["state"] in ("ready", "draining", "finalizing")


async def test_who_leaves_frees_the_room(server: Running, publisher: Page) -> None:
    first = (await opens(publisher, "hall"))["got"]["session"]
    await hears(publisher, "partial")
    await publisher.evaluate("whip.close()")
    assert await publisher.evaluate("whip.state") == "ended"
    await server.over(first)
    assert (await opens(publisher, "hall"))["got"]["session"] != first
    await publisher.evaluate("whip.end()")


async def test_a_stream_without_sound_is_a_mistake(publisher: Page) -> None:
    made = """async () => {
      const { Whip } = await import('/browser/whip.js');
      try { new Whip(location.href, { stream: new MediaStream() }); }
      catch (error) { return error.name; }
    }"""
    assert await publisher.evaluate(made) == "TypeError"
