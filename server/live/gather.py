"""Audio that waits for a little more of it, while nobody speaks and nothing hurries. Pure.

What a piece of audio costs hardly depends on its length, and a quiet session has nothing to show
for it a few hundredths of a second sooner.
"""


class Gather:
    def __init__(self, enough: int) -> None:
        """enough: bytes that need not wait for more; 0: pieces are never put together."""
        self.enough = enough
        self.pieces: list[bytes] = []
        self.length = 0

    def put(self, data: bytes, hurry: bool) -> bool:
        """True when what has come is to be taken now."""
        self.pieces.append(data)
        self.length += len(data)
        return hurry or self.length >= self.enough

    def take(self) -> bytes:
        """All that waited, in order; it waits no more."""
        data = b"".join(self.pieces)
        self.pieces.clear()
        self.length = 0
        return data
