"""A Chromium with a microphone that plays a file. Knows no page."""

import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from playwright.async_api import Browser, Error, async_playwright

from benchmarks.speech.corpus import RATE

BROUGHT = Path(sys.prefix) / "chromium" / "run"  # by tests/browser/chromium.sh
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--use-fake-ui-for-media-stream",  # nobody is asked whether the microphone may be heard
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # no request leaves the machine
)
START = 60_000  # milliseconds


class NoBrowser(Exception):
    """There is no Chromium, or it does not start; the message says what to do."""


def executable() -> str:
    """`CHROMIUM` in the environment wins. Raises NoBrowser."""
    found = os.environ.get("CHROMIUM") or (str(BROUGHT) if BROUGHT.exists() else None)
    found = found or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoBrowser(
            "no Chromium here: install one (Debian: apt install chromium), "
            "or say where it is with CHROMIUM=/path/to/chromium"
        )
    return found


class Microphone:
    """A file that is heard once, from its beginning, by each page that opens the microphone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.plays(np.zeros(RATE, np.int16))

    def plays(self, samples: NDArray[np.int16]) -> None:
        """From the next opening on; silence follows when it is over."""
        soundfile.write(self.path, samples, RATE, subtype="PCM_16", format="WAV")


@asynccontextmanager
async def chromium(microphone: Microphone) -> AsyncIterator[Browser]:
    """Until the end of the block. Raises NoBrowser."""
    path = executable()
    heard = f"--use-file-for-fake-audio-capture={microphone.path}%noloop"
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(
                executable_path=path, args=[*FLAGS, heard], timeout=START
            )
        except Error as error:
            raise NoBrowser(f"{path} does not start: {error}") from None
        try:
            yield browser
        finally:
            await browser.close()
