"""Packets of Opus: their times, and that a decoder hears in them what was said."""

import av
import numpy as np
import pytest

from benchmarks.chaos import spoken, tones
from benchmarks.run.drive import FRAME
from benchmarks.whip.opus import ALONE, CLOCK, SPEECH, TICKS, Encoder, packet


@pytest.mark.parametrize("way", [SPEECH, ALONE])
def test_what_is_said_is_heard(way):
    stream = spoken.stream("opus", 5.0)
    encoder = Encoder(way)
    packets = [encoder.encode(part) for part in _frames(stream.samples)]
    assert [one.pts for one in packets] == [count * TICKS for count in range(len(packets))]
    heard = tones.heard(_decoded(packets).astype(np.float32) / 32_768, 0)
    assert [word.text.strip() for word in heard] == [word.text for word in stream.words]


def test_the_last_frame_may_be_short():
    encoder = Encoder()
    encoder.encode(np.zeros(FRAME, np.int16))
    assert encoder.encode(np.zeros(7, np.int16)).pts == TICKS


def test_a_packet_that_is_there_already_has_its_place():
    made = packet(b"\xf8\xff\xfe", 3)
    assert bytes(made) == b"\xf8\xff\xfe" and made.pts == 3 * TICKS
    assert made.time_base == CLOCK


def _frames(samples):
    return [samples[at : at + FRAME] for at in range(0, len(samples), FRAME)]


def _decoded(packets):
    codec = av.CodecContext.create("libopus", "r")
    codec.sample_rate, codec.layout, codec.format = 48_000, "mono", "s16"
    down = av.AudioResampler(format="s16", layout="mono", rate=16_000)
    frames = [it for one in packets for it in codec.decode(av.Packet(bytes(one)))]
    return np.concatenate([it.to_ndarray()[0] for frame in frames for it in down.resample(frame)])
