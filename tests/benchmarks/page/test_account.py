"""What a visit means, of visits that were made here."""

import numpy as np
import pytest
from captionflow import Final, Partial

from benchmarks.figures.latency import latencies
from benchmarks.page import account
from benchmarks.page.account import NotPlaced
from benchmarks.page.place import sound
from tests.benchmarks.visits import BEGAN, LATE, stream, visit

WORDS = (("red", 1.0, 1.5), ("fox", 2.0, 2.5))
SAID = stream(words=WORDS)
WELCOME = (0.3, {"type": "welcome", "session": "s1"})
PARTIAL = {"type": "partial", "seg": 0, "text": "Red fox", "stable": 3, "start": 1.0, "end": 2.4}
FINAL = {"type": "final", "seq": 1, "seg": 0, "start": 1.0, "end": 2.5, "text": "Red fox."}


def test_the_file_is_found_in_what_was_heard():
    assert account.began(visit(SAID, first=0.1), SAID) == pytest.approx(BEGAN, abs=1e-3)
    assert account.began(visit(SAID, first=0.35), SAID) == pytest.approx(BEGAN, abs=1e-3)


def test_what_came_late_to_the_page_does_not_move_the_file():
    seen = visit(SAID)
    late = tuple(
        (told + 80 * (n % 3), at, count)
        for n, (told, at, count) in enumerate(seen.witness.captured)
    )
    assert account.began(visit(SAID, captured=late), SAID) == pytest.approx(BEGAN, abs=1e-3)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"captured": (), "beginning": ()}, "does not tell"),
        ({"base": 0.0}, "not the page's clock"),
        ({"beginning": tuple(np.random.default_rng(5).standard_normal(40_000))}, "not the file"),
    ],
    ids=["silent", "clock", "sound"],
)
def test_a_visit_that_cannot_be_placed(more, why):
    with pytest.raises(NotPlaced, match=why):
        account.began(visit(SAID, **more), SAID)


def test_latencies_of_the_socket_and_of_the_screen():
    shown = [(2.62, 1, False, "Red", " fox"), (3.13, 1, True, "Red fox.", "")]
    seen = visit(SAID, messages=[WELCOME, (2.6, PARTIAL), (3.1, FINAL)], shown=shown)
    told = latencies(account.told(seen, SAID, BEGAN))
    assert told.committed == pytest.approx((1.1, 0.6)) and told.shown == pytest.approx((1.1, 0.1))
    read = latencies(account.shown(seen, SAID, BEGAN))
    assert read.committed == pytest.approx((1.12, 0.63))
    assert read.shown == pytest.approx((1.12, 0.12))
    kinds = [type(one.event) for one in account.shown(seen, SAID, BEGAN).seen]
    assert kinds == [Partial, Final]


def test_what_could_be_read_in_the_end():
    shown = [
        (1.0, 1, False, "Re", ""),
        (2.0, 2, False, "gone", ""),
        (3.0, 1, True, "Red fox.", ""),
        (4.0, 3, True, "Old oak.", ""),
        (5.0, 4, False, "", "and more"),
    ]
    assert account.finals(visit(SAID, shown=shown)) == ["Red fox.", "Old oak."]


@pytest.mark.parametrize("session", [0.0, 0.2])
def test_the_time_from_the_microphone_to_the_socket(session):
    seen = visit(SAID, session=session)
    recording = sound(SAID.samples)[round(session * 16_000) :]
    sending = account.sending(seen, SAID, BEGAN, recording)
    assert len(sending) == len(seen.witness.frames)
    assert sending[:-1] == pytest.approx([LATE] * (len(sending) - 1), abs=1e-3)


def test_the_time_from_the_socket_to_the_screen():
    messages = [(2.6, PARTIAL), (2.7, {"type": "pong", "t": 1}), (3.1, FINAL)]
    shown = [(2.61, 1, False, "Red", " fox"), (3.13, 1, True, "Red fox.", "")]
    seen = visit(SAID, messages=messages, shown=shown)
    assert account.showing(seen) == pytest.approx([0.01, 0.03], abs=1e-6)


def test_what_was_sent_is_put_together_once():
    seen = visit(SAID, session=0.5)
    frames, pieces = seen.witness.frames, seen.witness.sound
    twice = visit(SAID, session=0.5, frames=frames + frames[5:9], sound=pieces + pieces[5:9])
    assert (account.sent(twice) == SAID.samples[8000:]).all()


def test_the_session_of_the_first_welcome():
    again = (2.0, {"type": "welcome", "session": "s2"})
    assert account.session(visit(SAID, messages=[WELCOME, again])) == "s1"
