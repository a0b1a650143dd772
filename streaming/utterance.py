"""One utterance while it is spoken: its audio, what was heard of it, what was promised. Pure."""

import numpy as np
from msgspec import Struct

from inference.types import FRAME, Audio, Hypothesis, Options, Samples, Urgency, Window, Words
from streaming.agreement import Agreement, Hearing, Trust
from streaming.filters import Speech
from streaming.segmenter import quietest
from streaming.splice import continuation

MARGIN: Samples = FRAME * 2  # word starts are found a little late


class Early(Struct, frozen=True):
    """A closing pass begun in a pause: what it hears, where speech had ended, what it heard."""

    window: Window
    end: Samples
    answer: Hypothesis | None = None


class Utterance:
    def __init__(self, number: int, start: Samples, trust: Trust) -> None:
        self.number = number
        self.start = start
        self.frames: list[Audio] = []
        self.likelihoods: list[float] = []
        self.committed: Words = ()
        self.agreement = Agreement(trust)
        self.tail: Words = ()  # shown after `committed`, as the last look heard it
        self.from_: Samples = start  # where the next look begins
        self.heard: Samples = start  # where the last look ended
        self.shown = False  # a caption of it has been given
        self.early: Early | None = None  # the last closing pass that was begun in a pause

    @property
    def end(self) -> Samples:
        return self.start + len(self.frames) * FRAME

    @property
    def spoken_until(self) -> Samples:
        """Where the last word that is promised ends."""
        return self.committed[-1].end if self.committed else self.start

    def add(self, frame: Audio, likelihood: float) -> None:
        self.frames.append(frame)
        self.likelihoods.append(likelihood)

    def audio(self, start: Samples, end: Samples) -> Audio:
        first, last = self._index(start), self._index(end)
        return np.concatenate(self.frames[first:last] or [np.zeros(0, np.float32)])

    def speech(self, start: Samples) -> Speech:
        first = self._index(start)
        return Speech(self.start + first * FRAME, self.likelihoods[first:])

    def look(self, options: Options) -> Window:
        """A window over what is not settled; it begins with some words that are, as an anchor."""
        start = self.start + self._index(self.from_) * FRAME
        return Window(start, self.audio(start, self.end), Urgency.LOOK, options)

    def whole(self, urgency: Urgency, options: Options) -> Window:
        return Window(self.start, self.audio(self.start, self.end), urgency, options)

    def compare(self, window: Window, heard: Words) -> None:
        """Take in what a look heard: commit what is sure by now, show what is likely."""
        anchor = tuple(word for word in self.committed if word.end > window.start)
        tail = continuation(anchor, heard)
        sure, self.tail = self.agreement.hear(
            Hearing(window.end, tail, closing=window.urgency is Urgency.EARLY)
        )
        self.committed += sure

    def trim(self, anchor: Samples) -> None:
        """Let the next look begin at a committed word, at most `anchor` before the last one ends,
        or at the last one."""
        near = [w for w in self.committed if self.spoken_until - w.start <= anchor]
        for first in (near or self.committed[-1:])[:1]:
            self.from_ = max(self.from_, first.start - MARGIN)

    def split(self, at: Samples) -> list[tuple[Audio, float]]:
        """Cut at a point of time; returns the frames after it."""
        index = self._index(at)
        rest = list(zip(self.frames[index:], self.likelihoods[index:], strict=True))
        del self.frames[index:], self.likelihoods[index:]
        return rest

    def best_cut(self, reach: Samples) -> Samples:
        """The quietest point of the last `reach` samples that takes no promised word along."""
        first = self._index(max(self.end - reach, self.spoken_until))
        levels = [float(np.dot(frame, frame)) for frame in self.frames[first:]]
        return self.start + (first + quietest(levels)) * FRAME if levels else self.end

    def _index(self, at: Samples) -> int:
        return min(max(at - self.start, 0) // FRAME, len(self.frames))
