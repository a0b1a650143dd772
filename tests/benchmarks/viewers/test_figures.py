from array import array

import pytest

from benchmarks.run.machine import Usage
from benchmarks.viewers.crowd import Seen, Watched
from benchmarks.viewers.figures import faults, figures, score
from benchmarks.viewers.reading import Caption
from benchmarks.viewers.run import Heard, Result

A, B, PARTIAL = Caption("final", 1, "a"), Caption("final", 2, "b"), Caption("partial", 1, "a", 0)


def watched(*seen, cut=False, refused=""):
    """seen: (number of a caption, when)."""
    times = array("d", [when for _, when in seen]).tobytes()
    return Watched(times, array("I", [number for number, _ in seen]).tobytes(), cut, refused)


def result(*viewers, late=(0.0,), cores=0.5, heard=((10.0, PARTIAL), (11.0, A), (12.0, B))):
    said = tuple(Heard(at, caption) for at, caption in heard)
    crowd = Seen((PARTIAL, A, B), viewers, late, 0.1)
    return Result(said, (crowd,), Usage(100.0, 200.0, 0.25), Usage(101.0, 200.0, cores), (0.0,))


def missed(found):
    scores = score(found)
    return [figure.name for figure in figures(found, scores) if figure.missed]


GOOD = ((0, 10.1), (1, 11.1), (2, 12.1))


def test_delays_count_from_the_speaker():
    scores = score(result(watched(*GOOD)))
    assert scores.partials == pytest.approx((0.1,)) and scores.finals == pytest.approx((0.1, 0.1))
    assert scores.speaker == (0, 0, 0)


def test_where_a_viewer_is_first_all_count_from_there():
    scores = score(result(watched((1, 10.5), (2, 12.1)), watched((1, 10.8), (2, 12.1))))
    assert scores.finals == pytest.approx((0, 0.1, 0.3, 0.1))
    assert scores.speaker == pytest.approx((0, 0.5, 0))


def test_a_good_run_reaches_all():
    assert missed(result(watched(*GOOD), watched(*GOOD))) == []
    assert list(faults(result(watched(*GOOD)))) == []


def test_what_is_missed():
    late = ((0, 10.3), (1, 11.3), (2, 12.3))
    assert missed(result(watched(*late))) == ["from the first who has it to a viewer, p95"]
    assert missed(result(watched(*GOOD[:2]))) == ["finals lost"]
    assert missed(result(watched(*GOOD, (2, 12.2)))) == ["finals doubled"]
    assert missed(result(watched(*GOOD, cut=True))) == ["viewers cut off"]
    assert missed(result(watched(*GOOD), cores=1.1)) == ["server, one who speaks and all viewers"]


def test_captions_that_the_speaker_did_not_get_are_no_matter():
    """Of captions that wait for it a client is told the newest only."""
    assert score(result(watched(*GOOD), heard=((11.0, A), (12.0, B)))).partials == ()


def test_what_makes_a_run_invalid():
    refused = watched(refused="HTTP/1.1 503 Service Unavailable")
    assert list(faults(result(refused))) == [
        "1 viewers did not get in, first: HTTP/1.1 503 Service Unavailable"
    ]
    assert list(faults(result(watched(), heard=()))) == ["nothing was said"]
    assert list(faults(result(watched(*GOOD), late=(0.2,)))) == [
        "a process of viewers was 200 ms late (p99): machine too busy"
    ]
