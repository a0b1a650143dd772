"""What of one session waits for the disk: records, those of audio put together. Pure.

A record costs the same whatever its length, at the sync, at the cut and when it is read back; and
between two syncs a client sends some messages of 20 ms.
"""

from storage.journal.records import HEADER, LARGEST, Audio, encode

LONGEST = 1 << 16  # bytes of audio that are put together
AROUND = HEADER.size + 32  # bytes that a record of audio has besides it, at most


class Pending:
    """Of one journal."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.pieces: list[bytes] = []  # of the record of audio that comes after them
        self.pos = self.end = 0  # where it begins and ends
        self.length = 0  # bytes of it
        self.joins = False  # more may come to it
        self.waiting = 0  # bytes in all

    def __len__(self) -> int:
        """Records."""
        return len(self.frames) + bool(self.pieces)

    def frame(self, frame: bytes) -> int:
        """A record that is none of audio. The number of records that it makes."""
        self._close()
        self.frames.append(frame)
        self.waiting += len(frame)
        return 1

    def audio(self, record: Audio, weight: int) -> int:
        """The number of records that it makes: none where it is put to what is there."""
        length = len(record.data)
        # A packet of Opus counts one, whatever its length, and must be found again as it was; that
        # of a pause may be a single byte.
        joins = record.end - record.pos == length > 1
        if not (self.joins and joins and record.pos == self.end) or self.length + length > LONGEST:
            self._close()
            self.pos, self.joins = record.pos, joins
        fresh = not self.pieces
        self.pieces.append(record.data)
        self.length += length
        self.end = record.end
        self.waiting += weight
        return int(fresh)

    def take(self) -> tuple[list[bytes], int]:
        """All of it as frames, and the bytes that it was counted as; nothing waits any more."""
        self._close()
        frames, size = self.frames, self.waiting
        self.frames, self.waiting = [], 0
        return frames, size

    def _close(self) -> None:
        if self.pieces:
            self.frames.append(encode(Audio(self.pos, self.end, b"".join(self.pieces))))
            self.pieces.clear()
            self.length, self.joins = 0, False


def weight(record: Audio) -> int:
    """Bytes that it is counted as. Raises ValueError when it is larger than a frame may be."""
    if len(record.data) > LARGEST - AROUND:
        raise ValueError(f"a record of {len(record.data)} bytes; the most is {LARGEST - AROUND}")
    return len(record.data) + AROUND
