"""Where a session stands: audio up, events down. Pure: no socket, no clock."""

from collections.abc import Iterator

from captionflow.protocol import (
    HEADER,
    AudioAck,
    AudioFormat,
    BadEvent,
    Event,
    Welcome,
    encode_audio,
    seq_of,
)

ACK_EVERY = 20  # events handled here before the server is told at once


class Progress:
    """The two counters of a session, and what follows from them.

    pos: bytes of audio framed so far. received, settled: what the server said of them.
    seq: the last event seen. All that a new connection would need to go on from here.
    """

    def __init__(self, audio: AudioFormat) -> None:
        self.audio = audio
        self.session = ""
        self.token = ""
        self.pos = 0
        self.received = 0
        self.settled = 0
        self.seq = 0
        self.acked = 0
        self.ahead = 0  # bytes allowed beyond `received`
        self.payload = 0  # bytes of audio in one frame, at most

    def welcome(self, event: Welcome) -> None:
        """Take the session's name and its limits. Raises BadEvent when nothing fits in them."""
        self.session, self.token = event.session, event.token
        self.received, self.settled = event.received, event.settled
        self.seq = self.acked = event.seq
        room = event.max_frame - HEADER.size
        self.ahead = int(event.max_ahead_s * self.audio.bytes_per_second)
        self.payload = min(room, self.ahead) // self.audio.unit * self.audio.unit
        if self.payload <= 0:
            raise BadEvent("the server allows no audio: max_frame or max_ahead_s is too small")

    def heard(self, event: Event) -> bool:
        """Count an event; False when it has been seen before and is to be dropped."""
        if isinstance(event, AudioAck):
            self.received = max(self.received, event.received)
            self.settled = max(self.settled, event.settled)
        seq = seq_of(event)
        if seq is None:
            return True
        if seq <= self.seq:
            return False
        self.seq = seq
        return True

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Cut audio so that each piece fits in a frame. Raises ValueError for half a sample."""
        if len(data) % self.audio.unit:
            raise ValueError(f"audio must come in whole samples of {self.audio.unit} bytes")
        for start in range(0, len(data), self.payload):
            yield data[start : start + self.payload]

    def may_send(self, length: int) -> bool:
        """Whether so many more bytes stay within what the server lets us be ahead."""
        return self.pos + length <= self.received + self.ahead

    def frame(self, piece: bytes) -> bytes:
        """The piece as a frame at its position, which moves on."""
        framed = encode_audio(self.pos, piece)
        self.pos += len(piece)
        return framed

    @property
    def many_unacked(self) -> bool:
        return self.seq - self.acked >= ACK_EVERY

    def ack(self) -> int | None:
        """The number to acknowledge now; None when the server knows it already."""
        if self.seq == self.acked:
            return None
        self.acked = self.seq
        return self.seq
