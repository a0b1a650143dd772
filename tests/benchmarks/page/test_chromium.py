"""Which Chromium, and what its microphone plays."""

import numpy as np
import pytest
import soundfile

from benchmarks.page import chromium as module
from benchmarks.page.chromium import Microphone, NoBrowser, chromium, executable

HEARD = """async () => {
  const stream = await navigator.mediaDevices.getUserMedia({audio: true});
  const settings = stream.getAudioTracks()[0].getSettings();
  stream.getTracks().forEach((track) => track.stop());
  return settings.sampleRate;
}"""


def test_the_environment_says_which(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/opt/mine")
    assert executable() == "/opt/mine"


def test_there_is_none(monkeypatch, tmp_path):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(module, "BROUGHT", tmp_path / "run")
    with pytest.raises(NoBrowser, match="apt install chromium"):
        executable()


async def test_one_that_does_not_start(monkeypatch, tmp_path):
    monkeypatch.setenv("CHROMIUM", "/bin/false")
    with pytest.raises(NoBrowser, match="/bin/false does not start"):
        async with chromium(Microphone(tmp_path / "microphone.wav")):
            raise AssertionError("there is no browser in it")


def test_the_microphone_plays_what_it_is_given(tmp_path):
    microphone = Microphone(tmp_path / "microphone.wav")
    assert not soundfile.read(microphone.path)[0].any()
    samples = np.arange(-500, 500, dtype=np.int16)
    microphone.plays(samples)
    assert (soundfile.read(microphone.path, dtype="int16")[0] == samples).all()


@pytest.mark.slow
async def test_a_page_may_listen_without_asking(browser, url):
    page = await browser.new_page(base_url=url)
    await page.goto("/upload")
    assert await page.evaluate(HEARD) > 8000
