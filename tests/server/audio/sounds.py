"""Files of all kinds, good and bad, made on the spot."""

import io
import struct
from collections.abc import Callable

import av
import numpy as np
import soundfile


def tone(seconds: float, rate: int = 16_000, pitch: float = 440.0) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate)).astype("f4")


def file(audio: np.ndarray, rate: int, kind: str = "WAV", subtype: str | None = None) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, audio, rate, format=kind, subtype=subtype)
    return out.getvalue()


def encoded(
    codec: str,
    container: str,
    audio: np.ndarray,
    rate: int,
    film: bool = False,
    spoiled: Callable[[int], bool] = lambda _: False,
) -> bytes:
    """As phones and browsers send it. film: with a picture track before the sound.

    spoiled: whether the n-th packet of sound holds what no encoder made.
    """
    out = io.BytesIO()
    with av.open(out, "w", format=container) as target:
        pictures = _pictures(target) if film else None
        stream = target.add_stream(codec, rate=rate, layout="mono")
        if pictures is not None:
            picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))
            for packet in [*pictures.encode(picture), *pictures.encode(None)]:
                target.mux(packet)
        frame = av.AudioFrame.from_ndarray(audio[None], format="fltp", layout="mono")
        frame.sample_rate = rate
        for nth, packet in enumerate([*stream.encode(frame), *stream.encode(None)]):
            if spoiled(nth):
                packet.update(bytes([0xFF] * packet.size))
            target.mux(packet)
    return out.getvalue()


def silent_film() -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as target:
        stream = _pictures(target)
        picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))
        for packet in [*stream.encode(picture), *stream.encode(None)]:
            target.mux(packet)
    return out.getvalue()


def _pictures(target: av.container.OutputContainer) -> av.VideoStream:
    return target.add_stream("mpeg4", rate=10, width=32, height=32, pix_fmt="yuv420p")


def bomb(hours: float, rate: int = 8_000) -> bytes:
    """Silence: about 90 kB an hour that become 115 MB of samples."""
    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", rate, 1, "PCM_16", format="FLAC") as target:
        minute = np.zeros(60 * rate, np.int16)
        for _ in range(round(hours * 60)):
            target.write(minute)
    return out.getvalue()


def patched(at: int, layout: str, value: int) -> bytes:
    """A second of WAV with one number of its header replaced."""
    content = bytearray(file(tone(1), 16_000))
    struct.pack_into(layout, content, at, value)
    return bytes(content)


def pitch(audio: np.ndarray, rate: int) -> float:
    return float(np.abs(np.fft.rfft(audio)).argmax() * rate / len(audio))


PLAYLISTS = {
    "m3u8": b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n%s\n#EXT-X-ENDLIST\n",
    "concat": b"ffconcat version 1.0\nfile '%s'\n",
    "dash": b'<?xml version="1.0"?>\n<MPD><Period><AdaptationSet><Representation>'
    b"<BaseURL>%s</BaseURL></Representation></AdaptationSet></Period></MPD>\n",
    "sdp": b"v=0\nc=IN IP4 %s\nm=audio 4000 RTP/AVP 0\n",
}
