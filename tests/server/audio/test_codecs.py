import av
import numpy as np
import pytest

from server.audio.codecs import OpusPackets
from server.audio.decoding import UnreadableAudio
from tests.server.audio.sounds import tone


def packets(channels: int) -> list[bytes]:
    codec = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.format = 48_000, "s16"
    codec.layout = {1: "mono", 2: "stereo"}[channels]
    codec.options = {"application": "voip"}
    sound = np.repeat((tone(1, 48_000) * 32767).astype("i2"), channels)
    out: list[bytes] = []
    for at in range(0, 48_000, 960):
        samples = sound[None, at * channels : (at + 960) * channels]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout=codec.layout.name)
        frame.sample_rate, frame.pts = 48_000, at
        out += map(bytes, codec.encode(frame))
    return out


@pytest.mark.parametrize("channels", [1, 2])
def test_opus_packets_come_out_one_by_one(channels):
    opus = OpusPackets(channels)
    pieces = [opus.decode(packet) for packet in packets(channels)]
    assert {piece.shape for piece in pieces} == {(960, channels)}
    assert {piece.dtype for piece in pieces} == {np.dtype(np.int16)}
    audio = np.concatenate(pieces)[12_000:, -1] / 32768
    assert np.sqrt(np.mean(audio**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.1)
    assert np.abs(np.fft.rfft(audio)).argmax() * 48_000 / len(audio) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("bad", [b"", b"\xff", b"\x03", b"\xfb\x00"])
def test_a_bad_opus_packet_is_refused_and_the_next_one_heard(bad):
    opus = OpusPackets()
    good = packets(1)[0]
    opus.decode(good)
    with pytest.raises(UnreadableAudio):
        opus.decode(bad)
    assert opus.decode(good).shape == (960, 1)
