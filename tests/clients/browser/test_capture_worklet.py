"""The audio thread by itself: any channels in, frames of 16 bits out."""

from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.browser.watch import Watch

PLAY = """
async ([channels, frame]) => {
  const length = channels[0].length;
  const context = new OfflineAudioContext(1, length, 48000);
  await context.audioWorklet.addModule('/browser/capture-worklet.js');
  const buffer = new AudioBuffer({
    length, sampleRate: 48000, numberOfChannels: channels.length });
  channels.forEach((samples, at) => buffer.copyToChannel(Float32Array.from(samples), at));
  const source = new AudioBufferSourceNode(context, { buffer });
  const node = new AudioWorkletNode(context, 'captionflow-collector', {
    processorOptions: { frame } });
  const frames = [];
  const over = new Promise((on) => {
    node.port.onmessage = ({ data }) => data ? frames.push(data) : on();
  });
  source.connect(node).connect(context.destination);
  source.start();
  const silent = await context.startRendering();
  node.port.postMessage('rest');
  await over;
  return [frames.map(({ pcm, level }) => [[...pcm], level]),
    silent.getChannelData(0).every((it) => it === 0)];
}
"""


@pytest_asyncio.fixture(loop_scope="session")
async def frames(page: Page, watch: Watch) -> Any:
    watch.allow("favicon.ico")
    await page.goto("/assets/icon.svg")

    async def played(*channels: list[float], frame: int = 960) -> list[tuple[list[int], float]]:
        found, silent = await page.evaluate(PLAY, [channels, frame])
        assert silent, "it must not be heard"
        return [(pcm, level) for pcm, level in found]

    return played


async def test_frames_of_one_length_and_a_rest(frames: Any) -> None:
    found = await frames([0.5] * 1024, frame=960)
    assert [len(pcm) for pcm, _ in found] == [960, 64]
    assert set(found[0][0]) == {16384}


async def test_channels_become_one(frames: Any) -> None:
    (pcm, _), *_ = await frames([0.5] * 1024, [-0.25] * 1024)
    assert set(pcm) == {4096}


async def test_what_is_too_loud_is_cut_and_does_not_turn_over(frames: Any) -> None:
    assert set((await frames([1.5] * 1024))[0][0]) == {32767}
    assert set((await frames([-1.5] * 1024))[0][0]) == {-32767}


@pytest.mark.parametrize(("loud", "level"), [(0.0, 0.0), (0.0001, 0.0), (0.0316, 0.5), (1.0, 1.0)])
async def test_levels_are_as_people_hear_them(frames: Any, loud: float, level: float) -> None:
    square = [loud * 0.7071, -loud * 0.7071] * 512
    (_, found), *_ = await frames(square)
    assert found == pytest.approx(level, abs=0.01)
