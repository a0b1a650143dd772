"""A model of the smallest shape, written once a run, and one far smaller for what needs none."""

import pytest

from benchmarks.engine.model import Fixed, Load
from benchmarks.engine.shapes import Shape, build

SMALL = Shape(1, 1, 64, 2, mels=80, vocabulary=1600)
LOOK = Load("look", 100, 1.0, 2)
HEAVY = Load("heavy", 200, 2.0, 5)


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    return build(SMALL, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def model(weights):
    return Fixed(weights, "cpu", "int8", 1, 1)
