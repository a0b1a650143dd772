"""The harness itself: it would be worth nothing if it let things pass."""

import numpy as np
import pytest
from playwright.async_api import Error, Page

from tests.browser.checks import axe, shifts
from tests.browser.microphone import Microphone
from tests.browser.watch import Watch
from tests.fakes import drawn

LEVELS = """async () => {
  const stream = await navigator.mediaDevices.getUserMedia({audio: {
    echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, {fftSize: 2048});
  context.createMediaStreamSource(stream).connect(analyser);
  const wave = new Float32Array(2048);
  const levels = [];
  while (levels.length < 60 && !(levels.some((it) => it > 0.2) && levels.at(-1) < 0.01)) {
    await new Promise((on) => setTimeout(on, 50));
    analyser.getFloatTimeDomainData(wave);
    levels.push(Math.max(...wave));
  }
  stream.getTracks().forEach((track) => track.stop());
  await context.close();
  return levels;
}"""


@pytest.fixture
def complaints(watch: Watch) -> Watch:
    """Whatever goes wrong is what these tests are about."""
    watch.allow(".")
    return watch


async def test_an_error_is_reported(page: Page, complaints: Watch) -> None:
    await page.goto("/assets/icon.svg")
    await page.evaluate("console.error('it broke')")
    await page.evaluate("setTimeout(() => { throw new Error('and so did this'); })")
    await page.evaluate("new Promise((on) => setTimeout(on))")
    assert any("it broke" in fault for fault in complaints.faults)
    assert any(fault.startswith("uncaught: ") for fault in complaints.faults)


async def test_what_the_policy_refuses_is_reported(page: Page, complaints: Watch) -> None:
    await page.goto("/upload")
    await page.evaluate("document.body.setAttribute('style', 'color: red')")
    assert [fault for fault in complaints.faults if "Content Security Policy" in fault]


async def test_a_request_outside_is_refused_and_reported(page: Page, complaints: Watch) -> None:
    await page.goto("/assets/icon.svg")
    with pytest.raises(Error):
        await page.goto("http://192.0.2.1:9/", timeout=5000)
    assert "asked outside: http://192.0.2.1:9/" in complaints.faults


async def test_what_is_not_accessible_is_found(page: Page) -> None:
    await page.goto("/upload")
    assert await axe(page) == []
    await page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any("discernible text" in finding for finding in await axe(page))


async def test_what_moves_is_seen(page: Page) -> None:
    await page.goto("/upload")
    before = len(await shifts(page))
    await page.evaluate("document.querySelector('main').style.paddingTop = '300px'")
    moved = [name for shift in (await shifts(page))[before:] for name in shift.moved]
    assert moved


@pytest.mark.parametrize("picture", ["....##........", "##............"])
async def test_each_opening_of_the_microphone_hears_the_file_from_its_beginning(
    page: Page, microphone: Microphone, picture: str
) -> None:
    microphone.says(drawn(picture))
    await page.goto("/upload")
    for _ in "ab":
        levels = await page.evaluate(LEVELS)
        assert np.max(levels) == pytest.approx(0.5, abs=0.15)
        assert levels[-1] < 0.01
