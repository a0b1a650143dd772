"""What may be compared, and what is said about it."""

import pytest
from msgspec.structs import replace

from benchmarks.report.sides import Incomparable, Side, compared
from tests.benchmarks import made


def side(name, *results):
    return Side(name, results or (made.result(),))


def noted(one, other, **more):
    return "\n".join(compared(one, other, **more).notes)


def test_a_level_for_each_number_of_streams():
    found = compared(side("a", made.result((1, 2))), side("b", made.result((1, 2))))
    assert [level.streams for level in found.levels] == [(1, 1), (2, 2)]
    assert (found.one, found.other) == ("a", "b")


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (made.result(settings={"corpus": "else"}), "the corpus differs (else en / made en)"),
        (made.result(settings={"category": "short"}), "the corpus differs"),
        (made.result((1, 2)), "the numbers of streams differ (1 / 1, 2)"),
    ],
)
def test_other_speech_and_other_numbers_are_refused_unless_forced(other, reason):
    with pytest.raises(Incomparable, match="a and b: the") as refusal:
        compared(side("a"), side("b", other))
    assert reason in str(refusal.value)
    assert reason in noted(side("a"), side("b", other), force=True)


def test_forced_levels_pair_where_they_can():
    one, other = side("a", made.result((1, 4))), side("b", made.result((2, 4)))
    assert [level.streams for level in compared(one, other, force=True).levels] == [(4, 4)]
    other = side("b", made.result((2,)))
    assert [level.streams for level in compared(one, other, force=True).levels] == [(1, 2)]


def test_a_side_without_runs_is_refused_even_so():
    with pytest.raises(Incomparable, match="no run at all"):
        compared(side("a"), side("b", replace(made.result(), runs=())), force=True)


def test_other_seeds_commits_and_settings_are_said():
    settings = {"seed": 3, "endpoint_ms": 300, "talk": 0.4}
    machine = replace(made.MACHINE, commit=None)
    said = noted(side("a"), side("b", made.result(machine=machine, settings=settings)))
    assert "seed: 1 / 3" in said
    assert "endpoint: endpoint 500 ms / endpoint 300 ms" in said
    assert "talk: – / talk 0.4" in said
    assert "commit: 0123456 / –" in said
    assert "corpus" not in said


def test_invalid_runs_are_said_to_be():
    said = noted(side("a"), side("b", made.result(faults=("stream 0: lost",))))
    assert "INVALID: b, 1 stream: stream 0: lost" in said


def test_the_level_of_the_intervals_is_said():
    assert "intervals at 95%" in noted(side("a"), side("b"))


def test_one_run_a_side_is_said_to_be_little():
    assert "one run a side" in noted(side("a"), side("b"))
    assert "one run a side" not in noted(side("a", made.result(), made.result()), side("b"))
