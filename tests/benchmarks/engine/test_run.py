"""One model from its folder to its sizing."""

import pytest

from benchmarks.engine.model import Load
from benchmarks.engine.result import Settings
from benchmarks.engine.run import FINAL, LOOK, UPLOAD, loads, measure

KINDS = [Load(LOOK, 100, 1.0, 2), Load(FINAL, 150, 1.5, 5), Load(UPLOAD, 200, 2.0, 5)]


def settings(**given):
    base = Settings(("small",), (), "cpu", ("int8",), (1, 2), 2, 1, 1, True, 1.0)
    return Settings(**{name: getattr(base, name) for name in base.__struct_fields__} | given)


@pytest.mark.slow
def test_everything_of_a_small_model(weights):
    told = []
    found = measure("small", weights, "int8", settings(), told.append, KINDS)
    assert not found.faults and found.loading > 0
    assert [(one.load.name, one.batch) for one in found.passes] == [
        (load.name, batch) for load in KINDS for batch in (1, 2)
    ]
    assert [one.mode for one in found.lanes] == ["alone", "two lanes", "one lane"]
    assert found.sizing.continuous > 0
    assert told[0] == f"{LOOK}, batch 1" and told[-1] == "looks beside uploads"


def test_weights_that_cannot_be_loaded_are_said(tmp_path):
    found = measure("none", tmp_path, "int8", settings(), lambda _: None)
    assert "model.bin" in found.failure and found.faults == [found.failure]


def test_without_lanes_and_without_finals(weights):
    found = measure("small", weights, "int8", settings(lanes=False), lambda _: None, KINDS[:1])
    assert not found.lanes and found.sizing is None and len(found.passes) == 2


def test_the_loads_are_what_a_server_makes_of_speech():
    known = {load.name: load for load in loads()}
    assert known[LOOK].frames < known[FINAL].frames < known[UPLOAD].frames <= 3000
    assert known[LOOK].beam < known[FINAL].beam
    assert known[LOOK].tokens == 16
