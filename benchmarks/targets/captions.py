"""The segments of one session, numbered, with a caption only where one changed. Pure.

For servers that say what is fixed and what is in doubt, but know no segment of ours.
"""

from captionflow.protocol import Ended, Event, Final, Partial, Word

BYTES_PER_SECOND = 32_000


class Captions:
    """The open segment: text that is fixed, text in doubt, and the number of those before."""

    def __init__(self) -> None:
        self._seg = self._seq = 0
        self._fixed = ""
        self._shown = ("", 0)  # text of the last caption and how much of it is fixed
        self._words: list[Word] = []
        self._start: float | None = None
        self._end = 0.0

    @property
    def fixed(self) -> str:
        """The fixed text of the open segment."""
        return self._fixed

    @property
    def covered(self) -> bool:
        """No word has been shown beyond the fixed text, so the segment can end here.

        Otherwise those words would be taken from this segment's caption and shown again in
        the next one, which no viewer sees and every figure would.
        """
        return bool(self._fixed) and len(self._shown[0].split()) <= len(self._fixed.split())

    def add(self, text: str, start: float, end: float, words: tuple[Word, ...] = ()) -> None:
        """More fixed text. Times in seconds."""
        if text.strip():
            self._fixed = f"{self._fixed} {text.strip()}".strip()
            self._words += words
            self._start = start if self._start is None else self._start
            self._end = end

    def show(self, tentative: str, start: float, end: float) -> list[Event]:
        """The caption of the open segment with `tentative` after what is fixed, if it is new."""
        text = f"{self._fixed} {tentative.strip()}".strip()
        if (text, len(self._fixed)) == self._shown:
            return []
        self._shown = (text, len(self._fixed))
        since = start if self._start is None else self._start
        until = max(self._end, end) if tentative.strip() else self._end
        return [Partial(self._seg, text, 0, len(self._fixed), since, until)]

    def close(self, endpoint: bool) -> list[Event]:
        """The open segment as a final; the next one opens. Without fixed text it is taken back."""
        if not self._fixed:
            return self.show("", 0.0, 0.0)
        start, words = self._start or 0.0, tuple(self._words)
        final = Final(
            self._number(), self._seg, start, self._end, self._fixed, words, endpoint=endpoint
        )
        self._seg += 1
        self._fixed, self._shown, self._words, self._start = "", ("", 0), [], None
        return [final]

    def ended(self, sent: int) -> Ended:
        """The last event, after `sent` bytes of audio."""
        return Ended(self._number(), sent, sent / BYTES_PER_SECOND)

    def _number(self) -> int:
        self._seq += 1
        return self._seq
