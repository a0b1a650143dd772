"""The example does what it says."""

import re

from playwright.async_api import Page, expect

from tests.browser.checks import axe
from tests.browser.microphone import Microphone
from tests.browser.watch import Watch
from tests.fakes import drawn
from tests.server.shared import Running

WAIT = 20_000  # milliseconds


async def test_somebody_speaks_and_reads(
    server: Running, page: Page, microphone: Microphone, watch: Watch
) -> None:
    watch.allow("favicon.ico")
    microphone.says(drawn(("#" * 24 + "." * 9) * 6))
    await page.goto("/browser/example.html")
    assert await axe(page) == []
    await page.get_by_role("button", name="Speak").click()
    await expect(page.get_by_role("status")).to_have_text("live", timeout=WAIT)
    await expect(page.get_by_role("log")).to_have_text(re.compile(r"w\d+"), timeout=WAIT)
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_role("status")).to_have_text("ended", timeout=WAIT)
