"""Messages waiting for a data channel that is slow. Captions give way first. Pure."""

from collections import deque

from msgspec import Struct

MOST = 256 * 1024  # bytes that may wait


class Overflow(Exception):
    """More waits than may, and none of it is a caption."""


class Waiting(Struct, frozen=True):
    text: str
    caption: int | None


class Outgoing:
    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.waiting: deque[Waiting] = deque()
        self.size = 0

    def put(self, text: str, caption: int | None) -> None:
        """caption: the utterance it is of, if it is one; it replaces the one before.

        Raises Overflow.
        """
        if caption is not None:
            self._drop(caption)
        self.waiting.append(Waiting(text, caption))
        self.size += len(text)
        while self.size > self.most:
            self._drop(None)

    def take(self) -> str | None:
        """The next one to be sent."""
        if not self.waiting:
            return None
        first = self.waiting.popleft()
        self.size -= len(first.text)
        return first.text

    def _drop(self, caption: int | None) -> None:
        """The caption of this utterance, if there is one; None: any, and there has to be one."""
        for each in self.waiting:
            if each.caption is not None and caption in (None, each.caption):
                self.waiting.remove(each)
                self.size -= len(each.text)
                return
        if caption is None:
            raise Overflow
