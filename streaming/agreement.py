"""What two hypotheses about the same speech share. Pure.

Local agreement of two (Liu et al. 2020, "Low-latency sequence-to-sequence speech
recognition"; Machacek et al. 2023, Whisper-Streaming): a word is committed when
two looks, the later one with new audio, say the same.
"""

import unicodedata

from msgspec.structs import replace

from inference.types import Samples, Words

_ENDING = ".,!?…;:。，！？、；："


def spoken(text: str) -> str:
    """How a word sounds: without case and punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if c.isalnum())


def agree(before: Words, now: Words) -> tuple[Words, Words]:
    """Split `now` into the words that `before` confirms and those still in doubt."""
    same = 0
    for a, b in zip(before, now, strict=False):
        if spoken(a.text) != spoken(b.text):
            break
        same += 1
    return now[:same], now[same:]


def settled(words: Words, until: Samples) -> tuple[Words, Words]:
    """Split words into those that end by `until` and the rest: the edge is heard badly."""
    count = 0
    while count < len(words) and words[count].end <= until:
        count += 1
    return words[:count], words[count:]


def unpunctuated(words: Words) -> Words:
    """The words without the punctuation at their very end: it depends on what follows."""
    if not words:
        return words
    last = words[-1]
    text = last.text.rstrip(_ENDING)
    return words[:-1] + (replace(last, text=text),) if text.strip() else words
