"""Opus packets of a live stream, one by one, to samples.

Blocks for a moment each. Files are decoded elsewhere, by a process of their own (`decoding.py`).
"""

import av
import numpy as np
from numpy.typing import NDArray

from server.audio.decoding import UnreadableAudio

OPUS_RATE = 48_000


class OpusPackets:
    """One live Opus stream, packet by packet."""

    def __init__(self, channels: int = 1) -> None:
        self.codec = av.CodecContext.create("libopus", "r")
        self.codec.sample_rate = OPUS_RATE
        self.codec.layout = {1: "mono", 2: "stereo"}[channels]

    def decode(self, packet: bytes) -> NDArray[np.int16]:
        """The samples of one packet, shape (n, channels) at OPUS_RATE.

        Raises UnreadableAudio; the next packet may be decoded all the same.
        """
        if not packet:
            raise UnreadableAudio("empty Opus packet")  # to the decoder it would mean the end
        try:
            frames = self.codec.decode(av.Packet(packet))
        except av.FFmpegError as error:
            raise UnreadableAudio(f"bad Opus packet of {len(packet)} bytes") from error
        channels = self.codec.layout.nb_channels
        return np.concatenate([frame.to_ndarray().reshape(-1, channels) for frame in frames])
