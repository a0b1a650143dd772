"""What tests of the speaker's page do and see. Decides nothing."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import soxr
from playwright.async_api import Browser, Page, expect

from inference.types import SAMPLE_RATE, Urgency, Window
from tests.browser.chromium import FLAGS, executable
from tests.fakes import by_the_clock
from tests.server.shared import Running

WAIT = 20_000  # milliseconds: a page on a busy machine
TALK = "...." + ("#" * 24 + "." * 9) * 12
SHOWN = "#captions [data-lines=scroll]"


async def phase(page: Page, name: str) -> None:
    """Waits until the talk is that far."""
    await expect(page.locator("#main")).to_have_attribute("data-phase", name, timeout=WAIT)


async def start(page: Page, leave: bool = False) -> None:
    """Speaks, and waits for the first words. leave: the page is left when it is over."""
    switch = page.locator("[name=leave]")
    await switch.evaluate("(it, on) => it.checked === on || it.click()", leave)
    await page.get_by_role("button", name="Start").click()
    await phase(page, "live")
    await says(page, r"w\d+ w\d+")


async def stop(page: Page) -> str:
    """Stops, and returns the session's id once the last words are there."""
    await page.get_by_role("button", name="Stop").click()
    await phase(page, "over")
    return await opened(page)


async def opened(page: Page) -> str:
    """The session that the page offers to open."""
    address = await page.locator("#open").get_attribute("href")
    assert address is not None
    return address.removeprefix("/sessions/")


async def says(page: Page, pattern: str) -> None:
    """Waits until the captions have it."""
    await expect(page.locator(SHOWN)).to_have_text(re.compile(pattern), timeout=WAIT)


async def trouble(page: Page, title: str) -> None:
    """Waits until the page says what is wrong, in the words of this title."""
    await phase(page, "failed")
    await expect(page.get_by_role("alert")).to_contain_text(title)


async def words(page: Page) -> list[str]:
    """All that are shown, in order."""
    blocks: list[str] = await page.locator(f"{SHOWN} p").all_text_contents()
    return [word for block in blocks for word in block.split()]


async def heard(server: Running, session: str) -> list[str]:
    """What there is to hear in a session's recording: each word once."""
    samples, rate = await server.recording(session)
    audio = soxr.resample((samples / 32_768).astype("float32"), rate, SAMPLE_RATE)
    window = Window(0, audio, Urgency.FINAL)
    return [word.text.strip() for word in by_the_clock(window)]


def numbers(said: list[str]) -> list[int]:
    return [int(word.removeprefix("w")) for word in said]


async def choose(page: Page, **settings: Any) -> None:
    """Settings of the form: texts are typed, of others the value is chosen."""
    for name, value in settings.items():
        field = page.locator(f"[name={name}]")
        if await field.first.get_attribute("type") == "radio":
            await page.locator("details").evaluate("it => { it.open = true; }")
            await page.locator(f"[name={name}][value={value}]").check()
        elif name in ("language", "device"):
            await field.select_option(value)
        else:
            await field.fill(value)


@asynccontextmanager
async def chromium(browser: Browser, *without: str, **options: Any) -> AsyncIterator[Page]:
    """A page in another Chromium, that lacks some of the flags."""
    flags = [flag for flag in FLAGS if flag not in without] + options.pop("more", [])
    other = await browser.browser_type.launch(executable_path=executable(), args=flags, **options)
    try:
        yield await other.new_page()
    finally:
        await other.close()
