"""Sound on its way into a page: from a microphone that plays a file, from a file, or not."""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
import soundfile
from numpy.typing import NDArray
from playwright.async_api import Browser, Page

from tests.browser.conftest import Opens
from tests.browser.microphone import Microphone
from tests.browser.talking import chromium
from tests.browser.watch import Watch
from tests.server.shared import Running, until

RATE = 16_000
TONES = (600, 1000, 1400, 1800)  # Hz, half a second each
BLANK = "/assets/icon.svg"

BEGIN = """
async (given) => {
  const { capture } = await import('/browser/capture.js');
  const { file, ...wishes } = given;
  const bytes = file && Uint8Array.from(atob(file), (it) => it.charCodeAt(0));
  window.frames = [];
  window.levels = [];
  window.over = false;
  try {
    const sound = await capture({ ...wishes, ...(bytes && { file: new File([bytes], 'a.wav') }) });
    sound.onframe = (pcm) => frames.push(pcm);
    sound.onlevel = (level) => levels.push(level);
    sound.onended = () => { window.over = true; };
    Object.assign(window, { sound });
    return { rate: sound.rate, label: sound.label, tracks: sound.stream.getAudioTracks().length };
  } catch (error) {
    return { name: error.name, code: error.code, message: error.message };
  }
}
"""
HEARD = """
() => {
  const all = new Uint8Array(frames.reduce((sum, it) => sum + it.byteLength, 0));
  frames.reduce((at, it) => (all.set(new Uint8Array(it.buffer), at), at + it.byteLength), 0);
  let text = '';
  for (let at = 0; at < all.length; at += 8192) {
    text += String.fromCharCode(...all.subarray(at, at + 8192));
  }
  return btoa(text);
}
"""


@pytest_asyncio.fixture(loop_scope="session")
async def listener(page: Page, watch: Watch) -> Page:
    watch.allow("favicon.ico")
    await page.goto(BLANK)
    return page


def ladder() -> NDArray[np.float32]:
    at = np.arange(RATE // 2) / RATE
    tones = [0.5 * np.sin(2 * np.pi * tone * at) for tone in TONES]
    return np.concatenate(tones).astype(np.float32)


async def heard(page: Page) -> NDArray[np.int16]:
    return np.frombuffer(base64.b64decode(await page.evaluate(HEARD)), np.int16)


def tones(samples: NDArray[np.int16], rate: int) -> list[int]:
    """Of each tenth of a second, and each once."""
    found: list[int] = []
    step = rate // 10
    for at in range(0, len(samples) - step, step):
        piece = samples[at : at + step] * np.hanning(step)
        if np.abs(piece).max() < 1000:
            continue
        loudest = int(np.argmax(np.abs(np.fft.rfft(piece)))) * 10
        tone = min(TONES, key=lambda it: abs(it - loudest))
        if abs(tone - loudest) <= 20 and found[-1:] != [tone]:
            found.append(tone)
    return found


async def plays(page: Page, count: int) -> None:
    """Waits for so many frames."""

    async def there() -> bool:
        return int(await page.evaluate("frames.length")) >= count

    await until(there)


@pytest.mark.parametrize("processed", [False, True])
async def test_a_microphone_is_heard_as_it_is(
    listener: Page, microphone: Microphone, processed: bool
) -> None:
    microphone.says(ladder())
    wishes = {"echoCancellation": processed, "autoGainControl": False}
    found = await listener.evaluate(BEGIN, wishes)
    assert found["rate"] in (44_100, 48_000) and found["label"] and found["tracks"] == 1
    await plays(listener, 130)
    await listener.evaluate("sound.stop()")
    samples = await heard(listener)
    lengths = set(await listener.evaluate("frames.map((it) => it.length)"))
    assert lengths == {round(found["rate"] / 50)}
    if not processed:
        assert tones(samples, found["rate"]) == list(TONES)
    levels = await listener.evaluate("levels")
    assert max(levels) > 0.6 and all(0 <= level <= 1 for level in levels)


async def test_frames_are_as_long_as_wished(listener: Page, microphone: Microphone) -> None:
    microphone.says(ladder())
    found = await listener.evaluate(BEGIN, {"frameMs": 100})
    await plays(listener, 2)
    assert await listener.evaluate("frames[0].length") == found["rate"] / 10
    await listener.evaluate("sound.stop()")


async def test_who_stops_lets_the_device_go(listener: Page, microphone: Microphone) -> None:
    microphone.says(ladder())
    await listener.evaluate(BEGIN, {})
    await plays(listener, 1)
    await listener.evaluate("sound.stop(); sound.stop()")
    states = "sound.stream.getTracks().map((it) => it.readyState)"
    assert await listener.evaluate(states) == ["ended"]
    count = await listener.evaluate("(window.before = frames).length")
    await listener.evaluate(BEGIN, {})
    await plays(listener, 10)
    assert await listener.evaluate("before.length") == count
    await listener.evaluate("sound.stop()")
    assert not await listener.evaluate("over")


async def test_a_microphone_that_is_unplugged(listener: Page, microphone: Microphone) -> None:
    microphone.says(ladder())
    await listener.evaluate(BEGIN, {})
    await plays(listener, 1)
    await listener.evaluate("sound.stream.getAudioTracks()[0].dispatchEvent(new Event('ended'))")
    await until(lambda: over(listener))


async def over(page: Page) -> bool:
    return bool(await page.evaluate("over"))


async def test_a_file_is_played_in_real_time_to_its_last_sample(
    listener: Page, tmp_path: Path
) -> None:
    path = tmp_path / "a.wav"
    sound = ladder()
    soundfile.write(path, np.stack([sound, sound], axis=1), RATE)
    given = {"source": "file", "file": base64.b64encode(path.read_bytes()).decode()}
    found = await listener.evaluate(BEGIN, given)
    assert (found["label"], found["tracks"]) == ("a.wav", 1)
    began = await listener.evaluate("performance.now()")
    await until(lambda: over(listener))
    assert await listener.evaluate("performance.now()") - began > 1500
    samples = await heard(listener)
    assert tones(samples, found["rate"]) == list(TONES)
    loud = np.flatnonzero(np.abs(samples) > 1000)
    assert (loud[-1] - loud[0]) / found["rate"] == pytest.approx(2.0, abs=0.01)
    await listener.evaluate("sound.stop()")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"source": "file", "file": base64.b64encode(b"not a sound at all").decode()}, "not_audio"),
        ({"source": "file", "file": ""}, "not_audio"),
        ({"deviceId": "there is none of this name"}, "no_device"),
    ],
)
async def test_there_is_nothing_to_hear(listener: Page, given: dict[str, Any], code: str) -> None:
    failed = await listener.evaluate(BEGIN, given)
    assert (failed["name"], failed["code"]) == ("CaptureFailed", code)
    assert failed["message"].endswith(".")


async def test_the_user_does_not_want_to_be_heard(server: Running, browser: Browser) -> None:
    asks = "--use-fake-ui-for-media-stream"
    async with chromium(browser, asks, more=["--deny-permission-prompts"]) as page:
        await page.goto(f"{server.url}{BLANK}")
        assert (await page.evaluate(BEGIN, {}))["code"] == "denied"


async def test_a_page_that_browsers_do_not_trust(opens: Opens, watch: Watch) -> None:
    watch.allow("favicon.ico")
    page = await opens(BLANK)
    await page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    await page.reload()
    assert (await page.evaluate(BEGIN, {}))["code"] == "insecure"
