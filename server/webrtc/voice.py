"""One publisher's packets as sound and silence of a session. Of networks it knows nothing."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from inference.types import Samples
from server.audio.codecs import OpusPackets
from server.audio.decoding import UnreadableAudio
from server.webrtc.reorder import Packet, Reorder
from server.webrtc.third import STEP, Third
from server.webrtc.timeline import RATE, Timeline

LONG = RATE // 2  # silence from which on it is told as such and not as samples
LONGEST = RATE * 12 // 100  # samples of a packet of Opus


class Silence(Struct, frozen=True):
    samples: Samples  # of a session's rate


class Voice:
    def __init__(self) -> None:
        self.source: int | None = None
        self.reorder = Reorder()
        self.timeline = Timeline()
        self.opus = OpusPackets(1)
        self.third = Third()
        self.given: Samples = 0  # of a session's rate
        self.heard = 0  # packets
        self.lost = 0
        self.late = 0

    def put(self, source: int, packet: Packet, now: float) -> list[bytes | Silence]:
        """What can be heard now. source: whoever counts the packets. now: seconds."""
        self.heard += 1
        before: list[bytes | Silence] = []
        if source != self.source:
            before = self._told(self.reorder.rest(), now)
            self._count()
            self.source, self.reorder = source, Reorder()
            self.timeline.restart()
        return before + self._told(self.reorder.put(packet, now), now)

    def look(self, now: float) -> list[bytes | Silence]:
        """What can be heard although nothing more has come."""
        told = self._told(self.reorder.ready(now), now)
        if silence := self.timeline.still(now):
            told += self._silent(silence)
        return told

    def rest(self, now: float) -> list[bytes | Silence]:
        """All that is left, as nothing more will come."""
        told = self._told(self.reorder.rest(), now)
        self._count()
        return told

    def _count(self) -> None:
        self.lost += self.reorder.lost
        self.late += self.reorder.late
        self.reorder.lost = self.reorder.late = 0

    def _told(self, packets: list[Packet], now: float) -> list[bytes | Silence]:
        told: list[bytes | Silence] = []
        for packet in packets:
            sound = self._decoded(packet.payload)
            if len(sound):
                silence = self.timeline.packet(packet.timestamp, len(sound), now)
                told += [*self._silent(silence), *self._sounded(sound)]
        return told

    def _decoded(self, payload: bytes) -> NDArray[np.int16]:
        """Nothing for what is no packet: the next timestamp tells how long it was."""
        try:
            sound = self.opus.decode(payload)[:LONGEST, 0]
        except UnreadableAudio:
            sound = np.zeros(0, np.int16)
        return sound[: len(sound) // STEP * STEP]

    def _sounded(self, sound: NDArray[np.int16]) -> list[bytes | Silence]:
        self.given += len(sound) // STEP
        return [self.third.push(sound).tobytes()]

    def _silent(self, samples: Samples) -> list[bytes | Silence]:
        """samples: of RATE."""
        if not samples:
            return []
        if samples < LONG:
            return self._sounded(np.zeros(samples, np.int16))
        self.third = Third()
        self.given += samples // STEP
        return [Silence(samples // STEP)]
