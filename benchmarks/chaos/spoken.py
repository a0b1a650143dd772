"""A talk of tones as a stream, with the times of its words. Pure, seeded."""

from benchmarks.chaos import talk
from benchmarks.chaos.talk import Utterance
from benchmarks.chaos.tones import GAP, TONE
from benchmarks.speech.normalise import Spoken, timed
from benchmarks.speech.streams import Stream
from inference.types import SAMPLE_RATE


def stream(name: str, seconds: float, index: int = 0) -> Stream:
    """At least so long, in utterances that pauses end. name: the same name is the same talk."""
    said = talk.make(name, seconds, flushing=False)
    words = tuple(word for utterance in said.utterances for word in _words(utterance))
    return Stream(index, said.samples, words, tuple(timed(words)), ("tones",))


def _words(utterance: Utterance) -> list[Spoken]:
    texts = utterance.text.split()
    starts = [utterance.start + at * (TONE + GAP) for at in range(len(texts))]
    return [
        Spoken(text, start / SAMPLE_RATE, (start + TONE) / SAMPLE_RATE)
        for text, start in zip(texts, starts, strict=True)
    ]
