import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.context import (
    BUCKETS,
    FULL,
    HOP,
    LONGEST,
    STEP,
    bucket,
    context,
    second_context,
)
from inference.types import SAMPLE_RATE, Urgency
from streaming.settings import Policy

F, L, B = Urgency.FINAL, Urgency.LOOK, Urgency.BATCH
WINDOWS = st.integers(0, 30 * SAMPLE_RATE)


@pytest.mark.parametrize(
    ("seconds", "urgency", "least", "most"),
    [
        (0.5, L, 300, 800),  # a look at a little costs little
        (2.0, L, 300, 800),
        (6.0, L, 700, 1100),
        (0.5, F, 600, 1100),  # what stands is given room to be heard well
        (4.0, F, 700, 1100),
        (12.0, F, 1500, 2000),
        (24.0, F, 2500, FULL),
        (30.0, F, FULL, FULL),
        (30.0, L, FULL, FULL),
    ],
)
def test_the_context_follows_the_audio(seconds, urgency, least, most):
    assert least <= context(int(seconds * SAMPLE_RATE), urgency) <= most


@given(WINDOWS)
def test_an_upload_gets_no_more_than_a_final_and_shares_few_kinds_of_passes(samples):
    frames = context(samples, B)
    assert frames <= context(samples, F)
    assert frames % STEP == 0
    assert frames <= bucket(frames) in BUCKETS


@given(WINDOWS, st.sampled_from(Urgency))
def test_there_is_room_for_the_audio_and_silence_after_it(samples, urgency):
    frames = context(samples, urgency)
    assert urgency is B or frames in BUCKETS
    assert frames == FULL or frames * HOP >= samples + SAMPLE_RATE


@given(WINDOWS, WINDOWS, st.sampled_from(Urgency))
def test_longer_audio_never_gets_less(one, other, urgency):
    short, long = sorted((one, other))
    assert context(short, urgency) <= context(long, urgency)


@given(WINDOWS)
def test_a_look_never_costs_more_than_what_stands(samples):
    assert context(samples, L) <= context(samples, F)


@pytest.mark.parametrize("frames", BUCKETS)
def test_a_second_try_hears_more(frames):
    assert second_context(frames, F) == second_context(frames, B) == FULL
    second = second_context(frames, L)
    assert second in BUCKETS and second >= min(2 * frames, FULL)


def test_the_longest_window_leaves_a_second_of_silence():
    assert LONGEST + SAMPLE_RATE == FULL * HOP
    assert Policy().longest <= LONGEST
