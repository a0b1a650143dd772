"""Audio of every format on its way to the pipeline."""

import av
import numpy as np
import pytest
from captionflow.protocol import encode_audio, encode_gap

from tests.fakes import drawn
from tests.server.shared import Running, raw

PICTURE = "...." + "#" * 15 + "." * 10 + "#" * 12 + "." * 10
SAID = ["w1 w2 w3 w4 w5", "w10 w11 w12 w13"]


@pytest.mark.parametrize(
    ("encoding", "rate", "channels"),
    [
        ("pcm_s16le", 8_000, 1),
        ("pcm_s16le", 48_000, 2),
        ("pcm_f32le", 44_100, 1),
        ("mulaw", 8_000, 1),
    ],
)
async def test_other_formats_are_heard_and_recorded(
    server: Running, encoding: str, rate: int, channels: int
) -> None:
    tone = drawn(PICTURE, rate // 10)
    wide = np.repeat(tone[:, None], channels, axis=1)
    data = {
        "pcm_s16le": lambda: (wide * 32_000).astype("<i2").tobytes(),
        "pcm_f32le": lambda: wide.astype("<f4").tobytes(),
        "mulaw": lambda: np.where(np.abs(tone) > 0.2, 0x90, 0xFF).astype(np.uint8).tobytes(),
    }[encoding]()
    async with raw(server.url) as client:
        audio = {"encoding": encoding, "rate": rate, "channels": channels}
        await client.hello(audio=audio)
        await client.audio(0, data)
        await client.say("end", pos=len(data))
        ended = await client.hear("ended")
    finals = [it["text"] for it in client.heard if it["type"] == "final"]
    assert finals == SAID
    assert ended["pos"] == len(data) and ended["duration"] == pytest.approx(5.1, abs=0.01)
    id = client.heard[0]["session"]
    await server.over(id)
    samples, kept = await server.recording(id)
    assert kept == rate and len(samples) == len(wide)


def opus_packets(picture: str) -> list[bytes]:
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    encoder.options = {"frame_duration": "20"}
    encoder.open()
    sound = (drawn(picture, 4800) * 32_000).astype("<i2")
    packets: list[bytes] = []
    for at in range(0, len(sound), 960):
        frame = av.AudioFrame.from_ndarray(sound[None, at : at + 960], "s16", "mono")
        frame.sample_rate = 48_000
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


async def test_opus_is_heard_packet_by_packet(server: Running) -> None:
    packets = opus_packets(PICTURE)
    async with raw(server.url) as client:
        await client.hello(audio={"encoding": "opus"})
        for pos, packet in enumerate(packets):
            await client.socket.send(encode_audio(pos, packet))
        await client.socket.send(encode_audio(0, packets[0]))  # again: not heard twice
        await client.socket.send(encode_gap(len(packets), 50))
        await client.say("end", pos=len(packets) + 50)
        ended = await client.hear("ended")
    assert [it["text"] for it in client.heard if it["type"] == "final"] == SAID
    assert ended["pos"] == len(packets) + 50
    assert ended["duration"] == pytest.approx(len(packets) / 50 + 1, abs=0.02)
