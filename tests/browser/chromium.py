"""The Chromium of the tests: where it is, how it is started. No page, no server.

Which Chromium `make test` found or brought is known by chromium.sh; it lies beside this Python.
"""

import os
import shutil
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from playwright.async_api import Browser, Playwright, async_playwright

BROUGHT = Path(sys.prefix) / "chromium" / "run"
NODE = (
    Path(sys.prefix) / "chromium" / "node"
)  # there where the machine lacks what Playwright's needs
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

FLAGS = (
    "--disable-gpu",  # none is there: to imitate one takes most of a core
    "--use-fake-ui-for-media-stream",  # nobody is asked whether the microphone may be heard
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no request leaves the machine
    "--auto-select-tab-capture-source-by-title=CaptionFlow",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)


def executable() -> str:
    """Of a Chromium on this machine; `CHROMIUM` in the environment says another."""
    found = os.environ.get("CHROMIUM") or (str(BROUGHT) if BROUGHT.exists() else None)
    found = found or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise FileNotFoundError("no Chromium here: sh tests/browser/chromium.sh brings one")
    return found


def driver() -> AbstractAsyncContextManager[Playwright]:
    """`async_playwright()` with a Node.js that starts on this machine."""
    if NODE.exists():
        os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(NODE)
    return async_playwright()


async def launch(playwright: Playwright, microphone: Path | None = None) -> Browser:
    """microphone: a WAV file that is heard once, from its beginning, by whoever opens it."""
    heard = [f"--use-file-for-fake-audio-capture={microphone}%noloop"] if microphone else []
    return await playwright.chromium.launch(
        executable_path=executable(), args=[*FLAGS, *heard], timeout=60_000
    )
