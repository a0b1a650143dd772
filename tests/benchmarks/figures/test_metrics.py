"""Figures of whole runs."""

import pytest
from msgspec.structs import replace

from benchmarks.figures.accuracy import Errors
from benchmarks.figures.metrics import Summary, faults, figures, score, summary
from benchmarks.run.stored import Stored
from benchmarks.speech.streams import Turn

WORDS = [("red", 0.5, 1.0), ("fox", 1.5, 2.0)]


def test_percentiles_are_values_that_occurred():
    assert summary(range(1, 101)) == Summary(50, 95, 99, 100)
    assert summary([3.0, 1.0]) == Summary(1.0, 3.0, 3.0, 2)
    assert summary([]) is None


def run(write, *, late=0.001, failure=None):
    log = write(WORDS)
    log.partial(1.5, "red box")
    log.final(2.5, "red fox")
    log.log.lateness = [late] * 100
    log.log.held = 0.5
    log.log.connected = 0.25
    log.log.failure = failure
    return log.log


def test_streams_are_taken_together(write):
    second = write(WORDS)
    second.final(3.0, "red")
    scores = [score(run(write), offline=["red", "fox"]), score(second.log, offline=["red"])]
    found = figures(scores)
    assert found.shown == Summary(pytest.approx(0.5), pytest.approx(2.0), pytest.approx(2.0), 3)
    assert found.errors == Errors(0, 1, 0, 4)
    assert found.offline == Errors(0, 1, 0, 4)
    assert (found.missed, found.reference_words) == (1, 4)
    assert found.erasure == pytest.approx(1 / 3)
    assert (found.taken_back, found.rewritten, found.unfinished) == (0, 0, 0)
    assert found.connected == Summary(0.25, 0.25, 0.25, 1)
    assert found.held == 0.5
    assert (found.lost_words, found.duplicated, found.unstable) == (0, 0, pytest.approx(1 / 3))
    assert (found.stored, found.lost_audio, found.failed) == (None, None, 0)
    assert (found.seconds, found.speech) == (20.0, 0.0)
    assert faults(found, scores) == []


def test_what_is_stored_is_scored_beside_what_was_sent(write):
    kept = score(run(write), stored=Stored("Red socks.", 0.25))
    found = figures([kept, score(run(write))])
    assert found.errors == Errors(0, 0, 0, 4)
    assert found.stored == Errors(1, 0, 0, 2)
    assert found.lost_audio == 0.25


def test_share_of_speech(write):
    log = run(write)
    log.stream = replace(log.stream, turns=(Turn(0.5, 2.5, 2.0, 0, 1), Turn(4.0, 8.0, 8.0, 1, 2)))
    assert figures([score(log)]).speech == pytest.approx(6 / 20)


def test_a_late_client_makes_the_run_invalid(write):
    scores = [score(run(write, late=0.15))]
    (fault,) = faults(figures(scores), scores)
    assert "150 ms late" in fault


def test_a_failed_stream_makes_the_run_invalid_and_stays_in_the_figures(write):
    scores = [score(run(write)), score(run(write, failure="ServerError: lost"))]
    found = figures(scores)
    assert faults(found, scores) == ["stream 0: ServerError: lost"]
    assert found.reference_words == 4
    assert found.failed == 1


def test_a_stream_that_never_came_through(write):
    scores = [score(write(WORDS).log)]
    found = figures(scores)
    assert (found.shown, found.late, found.missed) == (None, None, 2)
    assert found.errors.rate == 1.0
