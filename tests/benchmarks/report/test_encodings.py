"""Axes for figures of any size."""

from benchmarks.report.encodings import HEADROOM, SHAPES, axis, colours, shapes
from benchmarks.report.kinds import Kind


def scale(values, top=0.0):
    found = axis(values, top)
    marks = found["axis"].to_dict()["values"] if "axis" in found else None
    return found["scale"].to_dict(), marks


def test_an_axis_begins_at_nought_and_leaves_room():
    assert scale([2.0, 3.0]) == ({"domain": [0, 3.0 * HEADROOM], "nice": False}, None)


def test_a_limit_is_on_the_axis_too():
    found, _ = scale([0.5], top=4.0)
    assert found["domain"][1] > 4.0


def test_words_guessed_before_they_were_spoken_are_on_the_axis():
    found, _ = scale([-0.5, 20.0, 0.1])
    assert found["domain"][0] < -0.5


def test_one_server_that_cannot_keep_up_does_not_flatten_the_others():
    found, marks = scale([0.5, 0.6, 0.7, 60.0])
    assert found["type"] == "symlog"
    assert marks == [0, 0.5, 1, 2, 5, 10, 20, 50]
    assert found["domain"] == [0, 60.0 * HEADROOM]


def test_small_figures_stay_even():
    found, marks = scale([0.0001, 0.0001, 0.005])
    assert "type" not in found and marks is None


def test_many_kinds_have_a_colour_and_a_shape_each():
    kinds = [Kind(f"kind {number}", ()) for number in range(10)]
    for found, count in ((colours(kinds), 8), (shapes(kinds), len(SHAPES))):
        scale = found.to_dict()["scale"]
        assert len(scale["domain"]) == len(scale["range"]) == 10
        assert len(set(scale["range"])) == count
