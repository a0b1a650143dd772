"""Joins a promise and a better hearing of the same speech. Pure.

The committed words of an utterance are a promise. The closing pass hears the
whole utterance and may disagree with some of them; its words go on where the
promise ends.
"""

from msgspec.structs import replace

from inference.types import Samples, Word, Words, text_of
from streaming.agreement import spoken


def splice(promised: Words, heard: Words) -> Words:
    """The promised words, then what `heard` has after them. Begins with `promised`, always."""
    return promised + continuation(promised, heard)


def continuation(promised: Words, heard: Words) -> Words:
    """What `heard` has after the promised words. Punctuation that the last of them lacks comes
    first, in front of the first word or, without one, as a word of its own."""
    if not promised:
        return heard
    at = _seam(promised, heard)
    mark = _punctuation(promised, heard[:at])
    tail = heard[at:]
    if not mark:
        return tail
    if not tail:
        end = promised[-1].end
        return (Word(mark, end, end, promised[-1].probability),)
    return (replace(tail[0], text=mark + tail[0].text), *tail[1:])


def tidied(words: Words) -> Words:
    """The same text with leading punctuation moved to the word it follows."""
    out: list[Word] = []
    for word in words:
        mark, rest = _leading_mark(word.text)
        if mark and out:
            out[-1] = replace(out[-1], text=out[-1].text + mark)
            word = replace(word, text=rest)
        if word.text:
            out.append(word)
    return tuple(out)


def differs(one: Words, other: Words) -> bool:
    """True when the two do not say the same words."""
    return _sounds(one) != _sounds(other)


def _sounds(words: Words) -> list[str]:
    return [sound for word in words if (sound := spoken(word.text))]


def _seam(promised: Words, heard: Words) -> int:
    """How many of `heard` say what `promised` says.

    The prefix of `heard` with the least edit distance to `promised` (Levenshtein, words as
    symbols); of equals, one that ends with the same word, then the one whose end is nearest in
    time.
    """
    row = list(range(len(heard) + 1))
    sounds = [spoken(word.text) for word in heard]
    for i, word in enumerate(promised, 1):
        sound = spoken(word.text)
        before, row = row, [i]
        for j, other in enumerate(sounds, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (sound != other)))
    last, end = spoken(promised[-1].text), promised[-1].end

    def worse(j: int) -> tuple[int, bool, Samples]:
        return row[j], not j or sounds[j - 1] != last, _gap(heard, j, end)

    return min(range(len(row)), key=worse)


def _gap(heard: Words, count: int, end: Samples) -> Samples:
    return abs(heard[count - 1].end - end) if count else end


def _punctuation(promised: Words, said: Words) -> str:
    """What follows the last promised word in `said`, if it is punctuation."""
    if not said or spoken(said[-1].text) != spoken(promised[-1].text):
        return ""
    mine, other = text_of(promised[-1:]), text_of(said[-1:])
    more = other[len(mine) :] if other.casefold().startswith(mine.casefold()) else ""
    return "" if spoken(more) else more


def _leading_mark(text: str) -> tuple[str, str]:
    """Punctuation without a space before it, and the rest."""
    count = 0
    while count < len(text) and not text[count].isalnum() and not text[count].isspace():
        count += 1
    return text[:count], text[count:]
