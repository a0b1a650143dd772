import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.guard import compression, suspicious, token_limit
from inference.types import SAMPLE_RATE

SENTENCE = " The landlord confirmed it yesterday afternoon, so we can have the keys on Friday."


@pytest.mark.parametrize(
    ("text", "suspect"),
    [
        ("", False),
        (" Yes.", False),
        (SENTENCE, False),
        (SENTENCE * 2, False),  # people repeat themselves
        (SENTENCE * 6, True),
        (" and then" * 30, True),
        ("你好你好" * 20, True),
    ],
)
def test_a_loop_compresses_well(text, suspect):
    assert suspicious(0, 0, compression(text), 0.0) is suspect


@given(st.text())
def test_compression_is_of_the_bytes(text):
    data = text.encode()
    assert compression(text) == (len(data) / len(zlib.compress(data)) if data else 1.0)


@pytest.mark.parametrize(
    ("words", "seconds", "logprob", "suspect"),
    [
        (3, 0.2, 0.0, False),  # a quick greeting
        (10, 2.0, 0.0, False),
        (20, 2.0, 0.0, True),  # nobody speaks so fast
        (20, 5.0, 0.0, False),
        (5, 5.0, -0.8, False),
        (5, 5.0, -1.1, True),  # a guess
    ],
)
def test_too_many_words_and_guesses_are_suspicious(words, seconds, logprob, suspect):
    assert suspicious(words, int(seconds * SAMPLE_RATE), 1.0, logprob) is suspect


@given(st.integers(0, 30 * SAMPLE_RATE))
def test_tokens_are_limited_by_the_audio_and_fit_the_decoder(samples):
    assert 16 <= token_limit(samples) <= token_limit(samples + SAMPLE_RATE) - 8
    assert token_limit(samples) <= 16 + 8 * 30


def test_the_limit_has_room_for_the_words_that_are_not_suspicious():
    """At a token and a third a word, as English has it."""
    for seconds in range(1, 31):
        samples = seconds * SAMPLE_RATE
        words = next(n for n in range(999, 0, -1) if not suspicious(n, samples, 1.0, 0.0))
        assert words * 4 / 3 <= token_limit(samples)
