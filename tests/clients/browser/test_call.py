"""What a page asks of a server while it publishes (RFC 9725), as the network sees it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Page, Request

from server.webrtc import sdp
from tests.browser.microphone import Microphone
from tests.browser.watch import Watch
from tests.clients.browser.test_whip import TALK, hears, opens
from tests.fakes import drawn
from tests.server.shared import Running, serving, settings_for, until

STUN = "stun:127.0.0.1:9"
KEEP = """
() => {
  const { setConfiguration } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.setConfiguration = function (wanted) {
    window.servers = wanted.iceServers;
    return setConfiguration.call(this, wanted);
  };
}
"""


@pytest_asyncio.fixture(loop_scope="session")
async def server(tmp_path: Path, database_url: str) -> AsyncIterator[Running]:
    webrtc = {"loopback": True, "linger": 20.0, "ice_servers": [STUN]}
    async with serving(settings_for(tmp_path, database_url, webrtc=webrtc)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def requests(page: Page) -> list[Request]:
    """Those that have to do with calls."""
    found: list[Request] = []
    page.on("request", lambda it: found.append(it) if "/whip/" in it.url else None)
    return found


@pytest_asyncio.fixture(loop_scope="session")
async def publisher(page: Page, microphone: Microphone, watch: Watch) -> Page:
    watch.allow("favicon.ico")
    microphone.says(drawn(TALK))
    await page.goto("/assets/icon.svg")
    return page


async def test_offer_candidates_and_the_end(
    server: Running, publisher: Page, requests: list[Request]
) -> None:
    await publisher.evaluate(KEEP)
    welcome = (await opens(publisher, "a hall", token="abc"))["got"]
    await hears(publisher, "partial")
    await publisher.evaluate("whip.end()")
    await until(lambda: requests[-1].method == "DELETE")
    post, *patches, last = requests
    assert (post.method, post.url) == ("POST", f"{server.url}/whip/a%20hall?language=en")
    offer = sdp.offer((post.post_data or "").encode())
    assert offer.bundled and not offer.rejected
    answer = await post.response()
    assert answer is not None and answer.status == 201
    call = server.url + answer.headers["location"]
    assert {each.method for each in patches} == {"PATCH"}
    assert {each.url for each in (*patches, last)} == {call}
    for each in patches:
        assert each.headers["if-match"] == answer.headers["etag"]
        answered = await each.response()
        assert answered is not None and answered.status == 204
    brought = [sdp.fragment((each.post_data or "").encode()) for each in patches]
    assert any(each.candidates for each in brought)
    assert {each.headers["authorization"] for each in requests} == {"Bearer abc"}
    assert await publisher.evaluate("servers") == [{"urls": STUN}]
    await server.over(welcome["session"])


async def test_a_call_that_dies_is_another_and_the_session_is_the_same(
    server: Running, publisher: Page, requests: list[Request], watch: Watch
) -> None:
    watch.allow("409|503")
    welcome = (await opens(publisher, "hall"))["got"]
    await hears(publisher, "partial")
    live = server.registry.running[welcome["session"]]
    server.server.app.state.calls.board.media.process.kill()
    await hears(publisher, "state", 3)
    states = [(each["state"], each.get("anew")) for each in await hears(publisher, "state", 3)]
    assert [state for state, _ in states[:2]] == ["live", "reconnecting"]

    async def again() -> bool:
        return bool(await publisher.evaluate("whip.state === 'live'") and live.holding.holder)

    await until(again, 30.0)
    assert await publisher.evaluate("whip.session") == welcome["session"]
    segs = [each["seg"] for each in await hears(publisher, "final")]
    assert segs == sorted(set(segs))
    assert not [each for each in requests if each.method == "DELETE"]
    await publisher.evaluate("whip.end()")
