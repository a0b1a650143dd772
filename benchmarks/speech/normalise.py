"""The one normaliser of every figure about words. Pure: text in, tokens out.

It is Whisper's own English normaliser (package `whisper-normalizer`): lower case, no
punctuation, British spelling to American, contractions apart, numbers as digits, fillers gone.
"""

import warnings
from collections.abc import Sequence

from msgspec import Struct
from rapidfuzz.distance import Levenshtein

with warnings.catch_warnings():
    # A docstring of the package has a stray backslash; Python says so when it first compiles it.
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from whisper_normalizer.english import EnglishTextNormalizer

LANGUAGES = ("en",)
_english = EnglishTextNormalizer()


class Spoken(Struct, frozen=True):
    """A word of a reference as written, with its times in seconds."""

    text: str
    start: float
    end: float


class Token(Struct, frozen=True):
    """A normalised word of a reference. It counts as spoken when `end` has passed."""

    text: str
    start: float
    end: float


def tokens(text: str) -> list[str]:
    """The normalised words of a text."""
    normal: str = _english(text)
    return normal.split()


def timed(words: Sequence[Spoken]) -> list[Token]:
    """The normalised words of a reference with the times of the words they come from.

    Normalising joins and splits words ("thirty first" is "31st", "I'm" is "i am"), so the
    tokens of the whole are aligned with those of the single words; where they differ, each
    token spans all words of the difference and has been spoken when the last of them has.
    """
    whole = tokens(" ".join(word.text for word in words))
    parts = [Token(part, word.start, word.end) for word in words for part in tokens(word.text)]
    found: list[Token] = []
    for start, end, first, last in _blocks([part.text for part in parts], whole):
        span = parts[start:end] or parts[max(start - 1, 0) : start] or parts[:1]
        same = end - start == last - first and whole[first:last] == [p.text for p in span]
        found += span if same else [_spanning(text, span) for text in whole[first:last]]
    return found


def _spanning(text: str, span: Sequence[Token]) -> Token:
    return Token(text, min(part.start for part in span), max(part.end for part in span))


def _blocks(parts: list[str], whole: list[str]) -> list[tuple[int, int, int, int]]:
    """Ranges of `parts` and `whole` that correspond; neighbouring differences are one block."""
    blocks: list[tuple[int, int, int, int]] = []
    after_difference = False
    for block in Levenshtein.opcodes(parts, whole):
        start, first = block.src_start, block.dest_start
        if block.tag != "equal" and after_difference:
            start, _, first, _ = blocks.pop()
        blocks.append((start, block.src_end, first, block.dest_end))
        after_difference = block.tag != "equal"
    return blocks
