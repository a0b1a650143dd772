"""Grids: read, multiplied, drawn from and put in an order."""

from collections import Counter

import pytest

from benchmarks.sweep.grid import (
    Axis,
    BadGrid,
    Point,
    axes,
    axis,
    draw,
    points,
    schedule,
)

LOOKS = Axis("streaming.look_every", (300, 500, 800))
BEAMS = Axis("model.look_beam", (1, 2))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("streaming.look_every=300,500,800", LOOKS),
        ("model.name=base, tiny.en", Axis("model.name", ("base", "tiny.en"))),
        ('model.name="base"', Axis("model.name", ("base",))),
        ("server.model_timeout=1.5", Axis("server.model_timeout", (1.5,))),
    ],
)
def test_an_axis_of_the_command_line(text, expected):
    assert axis(text) == expected


def test_a_grid_of_a_file_is_a_settings_file_of_lists():
    text = "[streaming]\nlook_every = [300, 500, 800]\n[model]\nlook_beam = [1, 2]\nbeam = 5"
    assert axes(text) == [LOOKS, BEAMS, Axis("model.beam", (5,))]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("streaming.look_every", "is not like"),
        ("streaming.lok_every=1", "no server has a setting 'streaming.lok_every'"),
        ("beam=1", "no server has a setting 'beam'"),
        ("model.beam=", "model.beam cannot be ''"),
        ("model.beam=1,,2", "model.beam cannot be ''"),
        ("model.beam=1,1", "model.beam has a value twice"),
        ("model.beam=[1]", "model.beam cannot be"),
    ],
)
def test_what_is_no_axis_is_said_to_be(text, message):
    with pytest.raises(BadGrid, match=message):
        axis(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("beam = [1]", "beam is no section"),
        ("[model]\nbeam = []", "model.beam has no values"),
        ("[model]\nbeam = [", "Invalid"),
        ("[model]\nwidth = [1]", "no server has a setting 'model.width'"),
    ],
)
def test_what_is_no_grid_is_said_to_be(text, message):
    with pytest.raises(BadGrid, match=message):
        axes(text)


def test_every_combination_once():
    found = points([LOOKS, BEAMS])
    assert len(found) == len(set(found)) == 6
    assert found[1] == Point((("streaming.look_every", 300), ("model.look_beam", 2)))
    assert found[1].label == "look_every=300 look_beam=2"
    with pytest.raises(BadGrid, match=r"model\.look_beam is given twice"):
        points([BEAMS, LOOKS, BEAMS])


def test_a_point_goes_over_the_settings_of_all():
    base = {"streaming": {"look_every": 100, "anchor": 2000}, "model": {"name": "tiny.en"}}
    found = points([LOOKS, BEAMS])[0].over(base)
    assert found == {
        "streaming": {"look_every": 300, "anchor": 2000},
        "model": {"name": "tiny.en", "look_beam": 1},
    }
    assert base["streaming"]["look_every"] == 100


def test_a_draw_is_seeded_and_keeps_to_the_grid():
    grid = points([LOOKS, BEAMS])
    drawn = draw(grid, 3, seed=1)
    assert drawn == draw(grid, 3, seed=1)
    assert len(drawn) == 3 and set(drawn) < set(grid)
    assert any(draw(grid, 3, seed) != drawn for seed in range(2, 9))
    assert draw(grid, 99, seed=1) == grid


def test_every_repeat_has_all_points_in_an_order_of_its_own():
    order = schedule(6, 3, seed=1)
    assert order == schedule(6, 3, seed=1)
    assert [repeat for repeat, _ in order] == [0] * 6 + [1] * 6 + [2] * 6
    assert Counter(point for _, point in order) == dict.fromkeys(range(6), 3)
    rounds = {tuple(point for at, point in order if at == repeat) for repeat in range(3)}
    assert len(rounds) == 3
