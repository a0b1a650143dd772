"""Where a session stands: what the server has, what was heard of it. Pure: no socket, no clock."""

from collections.abc import Iterator

from msgspec.structs import replace

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

    def welcome(self, event: Welcome) -> None:
        """Take the session's name and its limits. Raises BadEvent when nothing fits in them."""
        self.session, self.token = event.session, event.token
        self.received = event.received
        if not event.resumed:
            self.seq = event.seq
        self.acked = self.seq
        room = event.max_frame - HEADER.size
        self.ahead = int(event.max_ahead_s * self.audio.bytes_per_second)
        self.payload = min(room, self.ahead) // self.audio.unit * self.audio.unit
        if self.payload <= 0:
            raise BadEvent("the server allows no audio: max_frame or max_ahead_s is too small")

    def begin_anew(self, kept: int) -> int:
        """The server has lost the session: where another one goes on; audio is kept from `kept`."""
        self.start = self.received = max(self.settled, self.told, kept)
        self.seq = self.acked = 0
        self.first = self.segments
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
        return self._placed(event)

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
        """Numbers and times go on over a server that began anew."""
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
