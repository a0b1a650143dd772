"""What is new of that which is heard twice: by a server that is gone, then by the one after it.

Pure. The next server may divide the same speech otherwise, so its events are compared by their
times; times and segments are the server's own.
"""

from typing import TypeVar

from msgspec.structs import replace

from captionflow.protocol import Event, Final, Partial, Revise, SpeechEnd, SpeechStart, Word

Told = TypeVar("Told", Partial, Final, Revise, SpeechStart, SpeechEnd)

SLACK = 0.25  # seconds by which the same end of speech may be heard earlier or later


class Overlap:
    """shift: what is added to the numbers of new segments."""

    def __init__(self, had: float, started: float, stopped: float, base: int, last: int) -> None:
        """had: the end of the last final that was told. started, stopped: when speech last began
        and ended. base: the first segment that is new on this server. last: the highest number of
        a final that was told."""
        self.had = had
        self.started = started
        self.stopped = max(stopped, had)
        self.base = base
        self.last = last
        self.done = base - 1  # up to this segment, all end in what was told
        self.shift: int | None = None
        self.cut: set[int] = set()  # segments of which only a part was told, or nothing

    def fresh(self, event: Event) -> Event | None:
        """What of an event was not told before; None when that is nothing."""
        match event:
            case SpeechStart(seg=seg, at=at):
                self._ends(seg - 1, at)
                new = at >= self.had and at > self.started + SLACK
                return self._numbered(event) if new else None
            case SpeechEnd(seg=seg, at=at):
                self._ends(seg, at)
                return self._numbered(event) if at > self.stopped + SLACK else None
            case Partial():
                return self._numbered(event) if event.start >= self.had else None
            case Final():
                return self._final(event)
            case Revise():
                return self._revise(event)
            case _:
                return event

    def _final(self, final: Final) -> Final | None:
        self._ends(final.seg, final.end)
        if final.seg <= self.done:
            self.cut.add(final.seg)
            return None
        if final.start >= self.had:
            return self._numbered(final)
        self.cut.add(final.seg)
        if not final.words:
            late = (final.start + final.end) / 2 > self.had
            return self._numbered(final) if late else None
        words = self._after(final.words)
        if not words:
            return None
        text, start = _text(words), max(self.had, words[0].start)
        return self._numbered(replace(final, start=start, text=text, words=words))

    def _revise(self, event: Revise) -> Revise | None:
        if event.seg < self.base:
            return None
        if event.seg not in self.cut:
            return self._numbered(event)
        words = self._after(event.words)
        if event.seg <= self.done or not words:
            return None
        return self._numbered(replace(event, text=_text(words), words=words))

    def _after(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        return tuple(word for word in words if (word.start + word.end) / 2 > self.had)

    def _ends(self, seg: int, at: float) -> None:
        if at <= self.had + SLACK:
            self.done = max(self.done, seg)

    def _numbered(self, event: Told) -> Told:
        """With the same number, unless a final was told with it or may get one that was."""
        if self.shift is None:
            lowest = min(self.done + 1, event.seg)
            self.shift = max(0, self.last + 1 - lowest)
        return replace(event, seg=event.seg + self.shift)


def _text(words: tuple[Word, ...]) -> str:
    return "".join(word.word for word in words).strip()
