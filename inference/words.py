"""From the decoder's tokens and its attention path to words with times. Pure.

The path is the dynamic time warping of Whisper's alignment heads (openai/whisper,
timing.py, as CTranslate2's `align` returns it): pairs of token index and encoder
position, one position being 20 ms.
"""

from collections.abc import Sequence
from statistics import median

import numpy as np

from inference.types import SAMPLE_RATE, Samples, Word, Words

POSITION: Samples = SAMPLE_RATE // 50
"""Samples in one encoder position (20 ms)."""

_OPENING = "\"'“¿([{-"
_LONGEST: Samples = SAMPLE_RATE * 7 // 10  # for the cap, the most a usual word lasts


def timed(
    spelled: Sequence[str],
    lengths: Sequence[int],
    path: Sequence[tuple[int, int]],
    probabilities: Sequence[float],
    start: Samples,
) -> Words:
    """Words with times on the session's clock.

    spelled: the text of each word, with leading space.
    lengths: tokens in each word, same order.
    path: (token, position) pairs, tokens counted from the first word.
    probabilities: one for each token.
    start: where the window begins.
    """
    if not spelled or not path:
        return ()
    tokens, positions = np.array(path).T
    jumps = np.pad(np.diff(tokens), (1, 0), constant_values=1).astype(bool)
    begins = positions[jumps]
    last = int(positions[-1])
    bounds = np.pad(np.cumsum(lengths), (1, 0))
    words = []
    for text, first, end in zip(spelled, bounds[:-1], bounds[1:], strict=True):
        began = int(begins[first]) if first < len(begins) else last
        ended = int(begins[end]) if end < len(begins) else last
        chances = probabilities[first:end]
        words.append(
            Word(
                text,
                start + began * POSITION,
                start + max(ended, began) * POSITION,
                float(np.mean(chances)) if len(chances) else 0.0,
            )
        )
    return _capped(joined(tuple(words)))


def joined(words: Words) -> Words:
    """Attach lone punctuation to the word it belongs to."""
    out: list[Word] = []
    opening: Word | None = None
    for word in words:
        bare = word.text.strip()
        if opening is not None:
            word = Word(opening.text + word.text, word.start, word.end, word.probability)
            opening = None
        if bare and all(c in _OPENING for c in bare) and word.text.startswith(" "):
            opening = word
            continue
        if out and not any(c.isalnum() for c in bare) and not word.text.startswith(" "):
            before = out.pop()
            word = Word(before.text + word.text, before.start, before.end, before.probability)
        out.append(word)
    if opening is not None:
        out.append(opening)
    return tuple(out)


def _capped(words: Words) -> Words:
    """Shorten words that own a pause: the path gives silence to a neighbour.

    The first word is cut at its front, since silence before the speech falls on
    it, every other at its end (faster-whisper's rule of twice the median).
    """
    lengths = [w.end - w.start for w in words if w.end > w.start]
    if not lengths:
        return words
    cap = max(2 * min(_LONGEST, int(median(lengths))), POSITION * 10)
    out = []
    for i, word in enumerate(words):
        start, end = word.start, word.end
        if end - start > cap:
            start, end = (end - cap, end) if i == 0 else (start, start + cap)
        out.append(Word(word.text, start, end, word.probability))
    return tuple(out)
