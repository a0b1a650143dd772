"""Real Opus packets, lost and silent, as sound of the right length at the right place."""

import numpy as np
import pytest
from av import AudioFrame, CodecContext
from av.audio.codeccontext import AudioCodecContext

from server.webrtc.reorder import Packet
from server.webrtc.voice import Silence, Voice

RATE = 16_000


def packets(count: int) -> list[Packet]:
    """A tone, 20 ms each."""
    codec = CodecContext.create("libopus", "w")
    assert isinstance(codec, AudioCodecContext)
    codec.sample_rate, codec.format, codec.layout = 48_000, "s16", "mono"
    made = []
    for n in range(count):
        at = (np.arange(960) + n * 960) / 48_000
        tone = (np.sin(2 * np.pi * 440 * at) * 12_000).astype(np.int16).reshape(1, -1)
        frame = AudioFrame.from_ndarray(tone, format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48_000, n * 960
        made += [bytes(each) for each in codec.encode(frame)]
    return [Packet(n + 9, n * 960 + 5, data) for n, data in enumerate(made)]


def heard(voice: Voice, came: list[Packet]) -> list[bytes | Silence]:
    told = []
    for each in came:
        told += voice.put(1, each, (each.sequence - 9) * 0.02)
    return told + voice.rest(len(came) * 0.02)


def samples(told: list[bytes | Silence]) -> np.ndarray:
    pieces = [
        np.zeros(each.samples, np.int16)
        if isinstance(each, Silence)
        else np.frombuffer(each, np.int16)
        for each in told
    ]
    return np.concatenate(pieces)


def loud(sound: np.ndarray) -> list[bool]:
    """Of each 20 ms, whether there is a tone in its middle."""
    frames = sound[: len(sound) // 320 * 320].reshape(-1, 320)
    return [bool(np.abs(frame[100:220]).max() > 3000) for frame in frames]


def test_all_of_it_is_heard() -> None:
    sound = samples(heard(Voice(), packets(100)))
    assert len(sound) == 100 * 320
    assert all(loud(sound)[1:])
    spectrum = np.abs(np.fft.rfft(sound[3200:19_200]))
    assert np.argmax(spectrum) == pytest.approx(440, abs=1)


@pytest.mark.parametrize("lost", [{5}, {5, 6}, {20, 40, 41, 42, 60}, set(range(30, 70))], ids=len)
def test_only_what_was_lost_is_missing(lost: set[int]) -> None:
    voice = Voice()
    came = [each for n, each in enumerate(packets(100)) if n not in lost]
    told = heard(voice, came)
    assert len(samples(told)) == 100 * 320
    silent = {n for n, there in enumerate(loud(samples(told))) if not there}
    assert lost <= silent | {n for n in lost if n - 1 not in lost}  # an edge may ring on
    assert silent - {0} <= {n + d for n in lost for d in (-1, 0, 1)}
    assert (voice.heard, voice.lost, voice.late) == (100 - len(lost), len(lost), 0)


def test_long_silence_is_told_and_not_made() -> None:
    told = heard(Voice(), [each for n, each in enumerate(packets(200)) if not 50 <= n < 150])
    assert [each.samples for each in told if isinstance(each, Silence)] == [100 * 320]
    assert len(samples(told)) == 200 * 320


def test_packets_that_are_none_are_silence() -> None:
    made = packets(50)
    made[20] = Packet(made[20].sequence, made[20].timestamp, b"")
    made[30] = Packet(made[30].sequence, made[30].timestamp, b"\xff" * 5)
    sound = samples(heard(Voice(), made))
    assert len(sound) == 50 * 320
    assert {20} <= {n for n, there in enumerate(loud(sound)) if not there} <= {0, 20, 21, 30, 31}


def test_when_nothing_comes_silence_does() -> None:
    voice = Voice()
    for n, each in enumerate(packets(50)):
        voice.put(1, each, n * 0.02)
    assert [each for each in voice.look(1.5) if isinstance(each, Silence)] == []
    told = voice.look(3.0)
    assert sum(each.samples for each in told if isinstance(each, Silence)) >= RATE
    late = Packet(9 + 50, 5 + 250 * 960, packets(1)[0].payload)
    told = voice.put(1, late, 5.0)
    assert sum(each.samples for each in told if isinstance(each, Silence)) > RATE
    assert voice.given == pytest.approx(251 * 320, abs=321)


def test_what_waited_for_a_lost_packet_is_heard_when_asked() -> None:
    voice = Voice()
    made = packets(10)
    for n in (0, 1, 2, 4):
        voice.put(1, made[n], n * 0.02)
    before = voice.given
    voice.look(0.1)
    assert voice.given == before  # 60 ms have not passed
    voice.look(0.15)
    assert voice.given > before


def test_another_source_follows_without_a_gap() -> None:
    voice = Voice()
    made = packets(40)
    for n in range(20):
        voice.put(1, made[n], n * 0.02)
    for n in range(20, 40):
        other = Packet(made[n].sequence + 30_000, made[n].timestamp + (1 << 31), made[n].payload)
        voice.put(2, other, n * 0.02)
    assert voice.given == pytest.approx(40 * 320, abs=700)
