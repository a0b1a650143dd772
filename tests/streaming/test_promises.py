import random

import numpy as np
import pytest

from inference.types import FRAME, Urgency, Window
from streaming.events import Ended, Flushed
from streaming.promises import Owed, Promises
from streaming.utterance import Utterance
from tests.streaming.shared import trust


def owed(start: int) -> Owed:
    """The place of an utterance that begins with this frame."""
    window = Window(start * FRAME, np.zeros(FRAME, np.float32), Urgency.FINAL)
    return Owed(Utterance(start, start * FRAME, trust()), window, (start + 1) * FRAME, True)


def holding(*places: object) -> Promises:
    promises = Promises()
    for place in places:
        promises.add(place)
    return promises


def test_what_waits_for_nothing_leaves_at_once():
    promises = holding(Flushed("a", 1), Ended(2))
    assert promises.ready() == [Flushed("a", 1), Ended(2)]
    assert promises.ready() == []


def test_nothing_passes_an_utterance_whose_answer_is_not_here():
    place = owed(3)
    promises = holding(Flushed("a", 1), place, Ended(9))
    assert promises.ready() == [Flushed("a", 1)]
    assert promises.ready() == []
    place.events = []  # nothing came of it
    assert promises.ready() == [Ended(9)]


@pytest.mark.parametrize("seed", range(20))
def test_answers_in_any_order_leave_in_the_order_of_the_places(seed):
    places = [owed(i) for i in range(8)]
    promises = holding(*places)
    given = []
    for place in random.Random(seed).sample(places, len(places)):
        place.events = [Flushed(str(place.utterance.number), 0)]
        given += promises.ready()
    assert [event.id for event in given] == list("01234567")


def test_a_place_is_found_by_the_window_it_waits_for():
    one, other = owed(3), owed(5)
    promises = holding(one, Flushed("a", 1), other)
    assert promises.of(other.window) is other
    assert promises.of(owed(5).window) is None  # alike is not the same


def test_it_knows_how_many_are_owed_and_since_when():
    one, other = owed(3), owed(5)
    promises = holding(Flushed("a", 1), one, Flushed("b", 2), other)
    assert (len(promises), promises.since) == (2, 3 * FRAME)
    one.events = []
    promises.ready()
    assert (len(promises), promises.since) == (1, 5 * FRAME)
    other.events = []
    promises.ready()
    assert (len(promises), promises.since) == (0, None)
