"""Marks: what a recording has of them, and what it has not."""

import numpy as np

from benchmarks.run.drive import FRAME
from benchmarks.whip.marks import PITCHES, drawn, find, sound

COUNT = 200
MARKS = drawn(COUNT, 1)
WHOLE = sound(MARKS)
LOST = (3, 50, 51, 199)


def without(places, samples=WHOLE):
    left = samples.copy()
    for place in places:
        left[place * FRAME : (place + 1) * FRAME] = 0
    return left


def test_no_two_in_a_row_are_alike():
    assert (np.diff(MARKS) != 0).all() and MARKS.min() >= 0 and MARKS.max() < PITCHES
    assert (drawn(COUNT, 1) == MARKS).all() and (drawn(COUNT, 2) != MARKS).any()
    assert len(WHOLE) == COUNT * FRAME


def test_all_of_it_is_there():
    found = find(MARKS, WHOLE, ())
    assert (found.missing, found.cut, found.kept, found.slip) == ((), 0.0, (), 0)


def test_only_the_lost_are_missing():
    found = find(MARKS, without(LOST), LOST)
    assert (found.missing, found.kept, found.cut) == ((), (), 0.0)


def test_others_that_are_missing_are_found():
    assert find(MARKS, without((*LOST, 7, 8)), LOST).missing == (7, 8)


def test_what_was_lost_and_is_there_is_found():
    assert find(MARKS, WHOLE, LOST).kept == LOST


def test_a_recording_that_lags_all_along_is_whole():
    for lag in (104, 400):
        found = find(MARKS, np.concatenate((np.zeros(lag, np.int16), WHOLE)), ())
        assert found.missing == () and abs(found.slip - lag) <= FRAME // 2


def test_what_follows_a_hole_that_was_closed_is_missing():
    """Times of words would be wrong from there on."""
    closed = np.concatenate((WHOLE[: 50 * FRAME], WHOLE[51 * FRAME :]))
    assert len(find(MARKS, closed, (50,)).missing) > 40


def test_a_hole_filled_with_what_came_before_is_no_mark():
    filled = WHOLE.copy()
    filled[50 * FRAME : 51 * FRAME] = WHOLE[49 * FRAME : 50 * FRAME]
    assert find(MARKS, filled, (50,)).kept == ()
    assert find(MARKS, filled, ()).missing == (50,)


def test_the_end_may_be_cut_off():
    found = find(MARKS, WHOLE[: -3 * FRAME], ())
    assert (found.missing, found.cut) == ((), 0.06)
    assert find(MARKS, WHOLE[: -3 * FRAME], (197, 198, 199)).cut == 0.0
    assert find(MARKS, np.zeros(0, np.int16), ()).cut == COUNT * 0.02
