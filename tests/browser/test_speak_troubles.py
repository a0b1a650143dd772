"""What can go wrong for a speaker: each has its sentence on the page, and a way on."""

import json
import re
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, expect

from tests.browser.checks import axe
from tests.browser.chromium import FLAGS
from tests.browser.conftest import Opens
from tests.browser.door import guarded
from tests.browser.microphone import Microphone
from tests.browser.talking import (
    TALK,
    choose,
    chromium,
    phase,
    says,
    start,
    stop,
    trouble,
)
from tests.browser.watch import Watch
from tests.fakes import drawn
from tests.server.shared import Running, pcm, raw, serving, settings_for, talk


async def test_what_is_no_sound_is_said_to_be_none(opens: Opens, tmp_path: Path) -> None:
    (tmp_path / "letter.ogg").write_text("Dear all,")
    page = await opens("/")
    await page.locator("#file").set_input_files(tmp_path / "letter.ogg")
    await page.locator("#go").click()
    await trouble(page, "This file has no sound")
    await expect(page.get_by_role("link", name="Upload it", exact=True)).to_be_visible()
    await choose(page, source="file")
    await page.reload()
    await page.locator("#go").click()
    await trouble(page, "No file is chosen")
    assert await axe(page) == []


async def test_a_full_server_is_tried_again(
    tmp_path: Path, database_url: str, opens: Opens, microphone: Microphone
) -> None:
    microphone.says(drawn(TALK))
    settings = settings_for(tmp_path / "small", database_url, server={"max_sessions": 1})
    async with serving(settings) as server:
        page = await opens(f"{server.url}/")
        async with server.connect() as other:
            await page.locator("#go").click()
            await trouble(page, "All places are taken")
            await expect(page.locator("#retry-in")).to_have_text(re.compile(r"again in \d s"))
            assert await axe(page) == []
            await talk(other, pcm("...."))
        await phase(page, "live")
        await page.locator("#go").click()
        await phase(page, "over")


async def test_a_session_that_goes_on_elsewhere(
    server: Running, opens: Opens, microphone: Microphone
) -> None:
    microphone.says(drawn(TALK))
    page = await opens()
    frames: list[Any] = []
    page.on(
        "websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(frame))
    )
    await page.goto("/")
    await start(page)
    heard = [json.loads(frame) for frame in frames]
    welcome = next(each for each in heard if each["type"] == "welcome")
    seq = max(each.get("seq", 0) for each in heard)  # what it acknowledged is not kept
    resume = {"session": welcome["session"], "token": welcome["token"], "seq": seq}
    rate = await page.evaluate("new AudioContext().sampleRate")
    async with raw(server.url) as thief:
        audio = {"encoding": "pcm_s16le", "rate": rate, "channels": 1}
        await thief.hello(audio=audio, language="auto", resume=resume)
        await trouble(page, "The session goes on elsewhere")
    await expect(page.get_by_role("link", name="Open what was saved")).to_be_visible()


async def test_a_token_is_asked_for_and_kept_nowhere(
    server: Running, opens: Opens, microphone: Microphone, watch: Watch
) -> None:
    watch.allow("401|WebSocket connection")
    microphone.says(drawn(TALK))
    async with guarded(server.url, token="open-sesame") as address:
        page = await opens(f"{address}/")
        await choose(page, room="cave")
        await page.locator("#go").click()
        await trouble(page, "The server wants a token")
        await expect(page.locator("#token")).to_be_focused()
        assert await axe(page) == []
        await page.keyboard.type("open-barley")
        await page.keyboard.press("Enter")
        await trouble(page, "The server wants a token")
        await page.keyboard.type("open-sesame")
        await page.keyboard.press("Enter")
        await phase(page, "live")
        await says(page, r"w\d+ w\d+")
        await stop(page)
        kept = "JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])"
        assert "cave" in await page.evaluate(kept)
        assert "open-" not in await page.evaluate(kept)


async def test_a_microphone_that_is_denied(server: Running, browser: Browser) -> None:
    asks = "--use-fake-ui-for-media-stream"
    async with chromium(browser, asks, more=["--deny-permission-prompts"]) as page:
        await page.goto(server.url)
        await page.locator("#go").click()
        await trouble(page, "The microphone is blocked")
        assert await axe(page) == []


async def test_no_microphone(server: Running, browser: Browser) -> None:
    silent = {"ALSA_CONFIG_PATH": "/dev/null", "PULSE_SERVER": "none:"}
    fake = "--use-fake-device-for-media-stream"
    async with chromium(browser, fake, env=silent) as page:
        await page.goto(server.url)
        await page.locator("#go").click()
        await trouble(page, "There is no microphone")
        await expect(page.get_by_role("button", name="Use a file")).to_be_visible()


async def test_a_page_that_is_not_secure(server: Running, browser: Browser) -> None:
    here = "--host-resolver-rules=MAP captions.test 127.0.0.1"
    rules = next(flag for flag in FLAGS if flag.startswith("--host-resolver-rules"))
    async with chromium(browser, rules, more=[here]) as page:
        await page.goto(server.url.replace("127.0.0.1", "captions.test"))
        await page.locator("#go").click()
        await trouble(page, "The page is not secure enough")
