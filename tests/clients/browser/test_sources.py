"""Where sound comes from, and what is said when it does not."""

from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.watch import Watch
from tests.clients.browser.shared import Runs

TAB = """
async () => {
  const { tab } = await import('/browser/sources.js');
  document.title = 'CaptionFlow';
  try {
    const stream = await tab();
    const kinds = stream.getTracks().map((it) => it.kind);
    stream.getTracks().forEach((it) => it.stop());
    return kinds;
  } catch (error) {
    return error.code;
  }
}
"""


@pytest.fixture
def quiet(watch: Watch) -> None:
    watch.allow("camera is not allowed")  # so Chromium says of any picture, and shares it


async def test_a_tab_is_shared_without_its_picture(page: Page, quiet: None) -> None:
    await page.goto("/upload")
    await page.locator("h1").click()  # browsers ask only where somebody has clicked
    assert await page.evaluate(TAB) == ["audio"]


async def test_a_tab_without_sound(page: Page, quiet: None) -> None:
    await page.goto("/upload")
    await page.evaluate("""() => {
      const share = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getDisplayMedia = () => share({ video: true, audio: false });
    }""")
    await page.locator("h1").click()
    assert await page.evaluate(TAB) == "no_tab_audio"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("NotAllowedError", "denied"),
        ("NotFoundError", "no_device"),
        ("OverconstrainedError", "no_device"),
        ("NotReadableError", "in_use"),
        ("TypeError", "unsupported"),
    ],
)
async def test_refusals_of_browsers_have_names(runs: Runs, name: str, code: str) -> None:
    refused = """
    const failed = module.refused(new DOMException('no', given));
    return [failed.name, failed.code, failed.message.endsWith('.')];
    """
    assert await runs("sources.js", refused, name) == ["CaptureFailed", code, True]


async def test_a_browser_that_cannot_capture(runs: Runs) -> None:
    without: Any = """
    const node = window.AudioWorkletNode;
    delete window.AudioWorkletNode;
    try { module.check(); } catch (error) { return error.code; }
    finally { window.AudioWorkletNode = node; }
    """
    assert await runs("sources.js", without) == "unsupported"
