"""Which results are repeats, and what tells the others apart."""

from msgspec.structs import replace

from benchmarks.report.kinds import kinds, levels, traits
from tests.benchmarks import made


def test_seeds_and_lengths_make_no_new_kind():
    again = made.result(settings={"seed": 9, "seconds": 120.0, "warmup": 5.0})
    (kind,) = kinds([made.result((1, 2)), again])
    assert kind.name == "captionflow"
    assert [run.streams for run in kind.at(1)] == [1, 1]
    assert levels([kind]) == [1, 2]


def test_a_target_alone_needs_no_more_name():
    peer = made.result(settings={"target": "whisperlive", "model": "small"})
    assert [kind.name for kind in kinds([made.result(), peer])] == ["captionflow", "whisperlive"]


def test_kinds_of_a_target_are_named_by_what_differs():
    serve = {"streaming": {"look_every": 400, "guess": True}}
    forced = made.result(settings={"forced": True, "endpoint_ms": 300})
    found = kinds([made.result(), made.result(settings={"serve": serve}), forced])
    assert [kind.name for kind in found] == [
        "captionflow, endpoint 500 ms",
        "captionflow, endpoint 500 ms, streaming.look_every=400, streaming.guess=true",
        "captionflow, endpoint 300 ms, forced endings",
    ]


def test_another_commit_is_another_kind():
    changed = replace(made.MACHINE, commit="fedcba9876543210+")
    found = kinds([made.result(), made.result(machine=changed)])
    assert [kind.name for kind in found] == ["captionflow, 0123456", "captionflow, fedcba9+"]


def test_no_commit_outside_a_checkout():
    assert traits(made.result(machine=replace(made.MACHINE, commit=None)))["commit"] == ""
