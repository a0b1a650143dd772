"""Takes out words that nobody said. Pure; each filter has a name, so that it can be counted.

Whisper writes fluent text over silence and noise. The stack follows what the
field found to work: gate on speech, doubt what is improbable, cut loops, and
distrust known phrases and lone words where there was hardly any speech.
"""

from collections.abc import Sequence
from enum import Enum

from msgspec import Struct

from inference.types import FRAME, SAMPLE_RATE, Hypothesis, Samples, Word, Words, text_of
from streaming.agreement import spoken
from streaming.phrases import PHRASES


class Filter(Enum):
    """The reasons for which words are dropped."""

    NO_SPEECH = "no_speech"  # the model itself doubts that anybody spoke
    IMPROBABLE = "improbable"  # the text is a guess
    LOOP = "loop"  # the same words over and over
    OUTSIDE = "outside"  # words where the voice detector heard nothing
    PHRASE = "phrase"  # what Whisper writes over noise, with little speech under it
    RATE = "rate"  # faster than anybody speaks


class Speech(Struct, frozen=True):
    """How likely speech was, frame by frame from `start` on."""

    start: Samples
    likelihoods: Sequence[float]

    def frames(self, start: Samples, end: Samples) -> Sequence[float]:
        first = max(0, (start - self.start) // FRAME)
        return self.likelihoods[first : max(first, -(-(end - self.start) // FRAME))]

    def seconds(self, likely: float = 0.5) -> float:
        """Seconds of likely speech."""
        return sum(each >= likely for each in self.likelihoods) * FRAME / SAMPLE_RATE

    def mean(self) -> float:
        """Mean likelihood of the loudest half: pauses inside speech do not count against it."""
        best = sorted(self.likelihoods, reverse=True)[: max(1, len(self.likelihoods) // 2)]
        return sum(best) / len(best) if best else 0.0


class Kept(Struct, frozen=True):
    words: Words
    dropped: dict[Filter, int]  # words dropped, by reason


SLACK: Samples = SAMPLE_RATE * 3 // 10  # word times are off by up to this much
FASTEST = 7.0  # words a second of speech, over three words
SPARSE = 0.6  # mean likelihood under which known phrases are not believed


def keep(hypothesis: Hypothesis, speech: Speech) -> Kept:
    """The words of a hypothesis that the sound supports, and why the others went."""
    words = hypothesis.words
    if reason := _whole(hypothesis, speech):
        return Kept((), {reason: len(words)} if words else {})
    dropped: dict[Filter, int] = {}
    for reason, step in ((Filter.LOOP, _unlooped), (Filter.OUTSIDE, _inside)):
        kept = step(words, speech)
        if len(kept) < len(words):
            dropped[reason] = len(words) - len(kept)
        words = kept
    return Kept(words, dropped)


def _whole(hypothesis: Hypothesis, speech: Speech) -> Filter | None:
    """A reason to believe nothing of it."""
    words = hypothesis.words
    if hypothesis.no_speech > 0.6 and hypothesis.avg_logprob < -0.6:
        return Filter.NO_SPEECH
    if hypothesis.avg_logprob < -1.3:
        return Filter.IMPROBABLE
    if speech.mean() < SPARSE and spoken(text_of(words)) in PHRASES:
        return Filter.PHRASE
    if len(words) > FASTEST * speech.seconds(0.2) + 3:
        return Filter.RATE
    return None


def _inside(words: Words, speech: Speech) -> Words:
    return tuple(word for word in words if _heard(word, speech))


def _heard(word: Word, speech: Speech) -> bool:
    around = speech.frames(word.start - SLACK, word.end + SLACK)
    return max(around, default=0.0) >= 0.2


def _unlooped(words: Words, _: Speech) -> Words:
    """Without the repetitions of a loop at the tail: an n-gram of 1 to 8 words said three
    times or more over at least six words keeps its first saying."""
    sounds = [spoken(word.text) for word in words]
    for size in range(1, 9):
        times = _repeats(sounds, size)
        if times >= 3 and times * size >= 6:
            return words[: len(words) - (times - 1) * size]
    return words


def _repeats(sounds: list[str], size: int) -> int:
    """How often the last `size` sounds are said in a row at the end."""
    tail, times = sounds[-size:], 1
    if len(tail) < size:
        return 0
    while sounds[-size * (times + 1) : len(sounds) - size * times] == tail:
        times += 1
    return times
