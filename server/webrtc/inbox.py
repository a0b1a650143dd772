"""What a publisher's connection brings, waiting to be heard. Pure; nobody sleeps here.

Media cannot be asked to wait. So what is too much gives way, the oldest sound first, and silence
of the same length takes its place: times of words hold.
"""

from collections import deque
from typing import TypeAlias

from inference.types import SAMPLE_RATE, Samples
from server.webrtc.messages import Connected, Lost, Opened, Said, Silence, Sound

MOST: Samples = 5 * SAMPLE_RATE  # sound that may wait
SAYINGS = 100  # messages that may wait; more are a flood

Brought: TypeAlias = Connected | Opened | Sound | Silence | Said | Lost


class Flood(Exception):
    """More messages wait than a publisher in its right mind sends."""


class Inbox:
    def __init__(self, most: Samples = MOST) -> None:
        self.most = most
        self.waiting: deque[Brought] = deque()
        self.sound: Samples = 0  # that waits
        self.said = 0
        self.dropped: Samples = 0  # in all

    def put(self, brought: Brought) -> None:
        """Raises Flood."""
        match brought:
            case Sound(_, data):
                self.sound += len(data) // 2
            case Silence(call, samples) if self._last_silence(call, samples):
                return
            case Said() if self.said >= SAYINGS:
                raise Flood
            case Said():
                self.said += 1
        self.waiting.append(brought)
        while self.sound > self.most:
            self._mute()

    def take(self) -> Brought | None:
        if not self.waiting:
            return None
        brought = self.waiting.popleft()
        match brought:
            case Sound(_, data):
                self.sound -= len(data) // 2
            case Said():
                self.said -= 1
        return brought

    def _last_silence(self, call: int, samples: Samples) -> bool:
        """Silence after silence is one."""
        last = self.waiting[-1] if self.waiting else None
        if not isinstance(last, Silence):
            return False
        self.waiting[-1] = Silence(call, last.samples + samples)
        return True

    def _mute(self) -> None:
        """The oldest sound becomes silence, one with that before it."""
        at = next(i for i, each in enumerate(self.waiting) if isinstance(each, Sound))
        sound = self.waiting[at]
        assert isinstance(sound, Sound)
        samples = len(sound.data) // 2
        self.sound -= samples
        self.dropped += samples
        before = self.waiting[at - 1] if at else None
        if isinstance(before, Silence):
            self.waiting[at - 1] = Silence(sound.call, before.samples + samples)
            del self.waiting[at]
        else:
            self.waiting[at] = Silence(sound.call, samples)
