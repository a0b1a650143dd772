"""Where a session stands: what the server has, what was heard of it. Pure: no socket, no clock."""

from collections import deque
from collections.abc import Iterator

from msgspec.structs import replace

from captionflow.overlap import Overlap
from captionflow.protocol import (
    HEADER,
    AudioAck,
    AudioFormat,
    BadEvent,
    Ended,
    Event,
    Final,
    Partial,
    Revise,
    SpeechEnd,
    SpeechStart,
    Welcome,
    Word,
    seq_of,
)

ACK_EVERY = 20  # events handled here before the server is told at once
FINALS = 1000  # the last ones, of which it is known which number the server gave them
NEVER = -1.0  # seconds


class Progress:
    """The two counters of a session, and what follows from them.

    received, settled: what the server said of our audio. seq: the last event seen.
    """

    def __init__(self, audio: AudioFormat) -> None:
        self.audio = audio
        self.session = ""
        self.token = ""
        self.received = 0
        self.settled = 0
        self.told = 0  # position of the end of the last final
        self.seq = 0
        self.acked = 0
        self.ahead = 0  # bytes allowed beyond `received`
        self.payload = 0  # bytes of audio in one frame, at most
        self.start = 0  # position at which the session began: its time 0
        self.first = 0  # number of its first segment, as it is told here
        self.segments = 0  # told so far
        self.shift = 0  # from the server's number of an event to the one that is told here
        self.last = -1  # number of the last final, as it was told here
        self._begin()

    def _begin(self) -> None:
        """Nothing of this session was told yet; times are the server's, in seconds."""
        self.had = self.started = self.stopped = NEVER  # the ends of the last of each kind
        self.finals: deque[tuple[int, int]] = deque(maxlen=FINALS)  # (seq, seg) of the server's
        self.overlap: Overlap | None = None

    def welcome(self, event: Welcome) -> bool:
        """Take the session's name and its limits. Raises BadEvent when nothing fits in them.

        True when the server has gone back behind what was told here: it has lost that with
        another server, and hears it again.
        """
        self.session, self.token = event.session, event.token
        self.received = event.received
        if not event.resumed:
            self.seq = event.seq
        back = event.resumed and event.after is not None and event.after < self.seq
        if back and event.after is not None:
            self._go_back(event.after)
        self.acked = self.seq
        room = event.max_frame - HEADER.size
        self.ahead = int(event.max_ahead_s * self.audio.bytes_per_second)
        self.payload = min(room, self.ahead) // self.audio.unit * self.audio.unit
        if self.payload <= 0:
            raise BadEvent("the server allows no audio: max_frame or max_ahead_s is too small")
        return back

    def _go_back(self, after: int) -> None:
        """The server knows of no event after this one."""
        self.shift += self.seq - after
        self.seq = after
        while self.finals and self.finals[-1][0] > after:
            self.finals.pop()
        if self.overlap:
            self.first += self.overlap.shift or 0
        base = self.finals[-1][1] + 1 if self.finals else 0
        last = self.last - self.first
        self.overlap = Overlap(self.had, self.started, self.stopped, base, last)

    def begin_anew(self, kept: int) -> int:
        """The server has lost the session: where another one goes on; audio is kept from `kept`."""
        self.start = self.received = max(self.settled, self.told, kept)
        self.shift += self.seq
        self.seq = self.acked = 0
        self.first = self.segments
        self._begin()
        return self.start

    def heard(self, event: Event) -> Event | None:
        """Count an event; as it is told here, or None when it has been seen before."""
        if isinstance(event, AudioAck):
            self.received = max(self.received, event.received)
            self.settled = max(self.settled, event.settled)
        seq = seq_of(event)
        if seq is not None:
            if seq <= self.seq:
                return None
            self.seq = seq
        if isinstance(event, Final):
            self.finals.append((event.seq, event.seg))
        fresh = self.overlap.fresh(event) if self.overlap else event
        if fresh is None:
            self.shift -= seq is not None
            return None
        self._note(fresh)
        return self._placed(fresh)

    def _note(self, event: Event) -> None:
        """What would be heard again if the server went back now."""
        match event:
            case SpeechStart(at=at):
                self.started = max(self.started, at)
            case SpeechEnd(at=at):
                self.stopped = max(self.stopped, at)
            case Final(seg=seg, end=end):
                self.had = max(self.had, end)
                self.last = max(self.last, seg + self.first)

    def pieces(self, data: bytes, most: int) -> Iterator[bytes]:
        """Cut audio so that each piece fits in a frame and has `most` bytes at most.

        Raises ValueError for half a sample.
        """
        if len(data) % self.audio.unit:
            raise ValueError(f"audio must come in whole samples of {self.audio.unit} bytes")
        size = min(self.payload, most // self.audio.unit * self.audio.unit)
        for start in range(0, len(data), size):
            yield data[start : start + size]

    @property
    def until(self) -> int:
        """Position up to which the server takes audio now."""
        return self.received + self.ahead

    @property
    def many_unacked(self) -> bool:
        return self.seq - self.acked >= ACK_EVERY

    def ack(self) -> int | None:
        """The number to acknowledge now; None when the server knows it already."""
        if self.seq == self.acked:
            return None
        self.acked = self.seq
        return self.seq

    def _placed(self, event: Event) -> Event:
        """Numbers and times go on over servers that went back or began anew."""
        seq = seq_of(event)
        if seq is not None and self.shift:
            event = replace(event, seq=seq + self.shift)
        if isinstance(event, Partial | Final | Revise | SpeechStart | SpeechEnd):
            event = replace(event, seg=event.seg + self.first)
            self.segments = max(self.segments, event.seg + 1)
        late = self.start / self.audio.bytes_per_second
        if isinstance(event, Final):
            end = self.start + round(event.end * self.audio.rate) * self.audio.unit
            self.told = max(self.told, min(end, self.received))
        return _later(event, late) if late else event


def _later(event: Event, late: float) -> Event:
    match event:
        case Partial(start=start, end=end):
            return replace(event, start=start + late, end=end + late)
        case Final(start=start, end=end, words=words):
            moved = _words(words, late)
            return replace(event, start=start + late, end=end + late, words=moved)
        case Revise(words=words):
            return replace(event, words=_words(words, late))
        case SpeechStart(at=at) | SpeechEnd(at=at):
            return replace(event, at=at + late)
        case Ended(duration=duration):
            return replace(event, duration=duration + late)
        case _:
            return event


def _words(words: tuple[Word, ...], late: float) -> tuple[Word, ...]:
    return tuple(replace(it, start=it.start + late, end=it.end + late) for it in words)
