"""Signs that a decode went wrong and deserves a second try. Pure.

Compression and log probability are the fallback tests of the Whisper paper
(Radford et al. 2022, section 4.5); the speaking rate catches the loops that a
short encoder context provokes.
"""

import zlib

from inference.types import SAMPLE_RATE, Samples, Words

MAX_COMPRESSION = 2.2
MIN_LOGPROB = -0.9
MAX_WORDS_A_SECOND = 4.5
SPARE_WORDS = 3  # a short window may hold a quick greeting
REST: Samples = 2 * SAMPLE_RATE  # more than the pauses inside a window and the errors of word times


def compression(text: str) -> float:
    """Length of the text over its zlib length; repetition makes it large."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 1.0


def suspicious(words: int, samples: Samples, compression: float, avg_logprob: float) -> bool:
    """True when the decode looks like a loop or a guess."""
    limit = MAX_WORDS_A_SECOND * samples / SAMPLE_RATE + SPARE_WORDS
    return words > limit or compression > MAX_COMPRESSION or avg_logprob < MIN_LOGPROB


def unheard(words: Words, end: Samples) -> Samples | None:
    """Where the decoder stopped listening, if that is well before the window's end: a change of
    speaker can look like the end to it. None without words: then there may be nothing to hear."""
    return words[-1].end if words and end - words[-1].end > REST else None


def token_limit(samples: Samples) -> int:
    """Most tokens worth decoding for audio of this length: speech stays under 8 a second."""
    return int(8 * samples / SAMPLE_RATE) + 16
