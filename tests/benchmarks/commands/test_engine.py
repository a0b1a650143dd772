"""The command, from its options to its exit code."""

import json

import pytest
from click.testing import CliRunner

from benchmarks.commands import bench, engine
from benchmarks.engine.shapes import SHAPES, Shape


@pytest.fixture
def command(monkeypatch, tmp_path):
    """Run `engine` on small shapes under the names of great ones."""
    small = Shape(1, 1, 64, 2, vocabulary=1600)
    for name in SHAPES:
        monkeypatch.setitem(SHAPES, name, small)

    def measure(*options):
        path = tmp_path / "out" / "engine.json"
        result = CliRunner().invoke(bench, ["engine", "--out", str(path), *options])
        return result, json.loads(path.read_text()) if path.exists() else None

    return measure


@pytest.mark.slow
def test_a_shape_from_end_to_end(command):
    options = ("--batches", "1,2", "--repeats", "1", "--seconds", "1", "--markdown")
    result, written = command("--shape", "large-v3-turbo", *options)
    assert result.exit_code == 0, result.output
    (subject,) = written["subjects"]
    assert subject["name"] == "random large-v3-turbo" and subject["sizing"]["continuous"] > 0
    assert "| random large-v3-turbo, int8 | look, 4 s | 2 |" in result.stdout
    assert "Live streams, by arithmetic" in result.stdout


@pytest.mark.slow
def test_what_fails_is_said_and_the_rest_is_kept(command):
    options = ("--compute-type", "int8", "--compute-type", "int3", "--batches", "1")
    result, written = command("--shape", "tiny", "--repeats", "1", "--no-lanes", *options)
    assert result.exit_code == 1
    assert "random tiny, int3" in result.stderr and "compute type" in result.stderr
    good, bad = written["subjects"]
    assert good["passes"] and bad["failure"]


def test_a_machine_without_a_gpu_says_so(command, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    options = ("--device", "cuda", "--compute-type", "float16")
    result, written = command("--shape", "tiny", *options)
    assert result.exit_code == 1
    assert "CUDA" in result.stderr and written["subjects"][0]["failure"]


@pytest.mark.parametrize("batches", ["0", "", "many"])
def test_batches_are_numbers(command, batches):
    result, written = command("--batches", batches)
    assert result.exit_code == 2 and written is None


def test_an_unknown_model(command):
    result, written = command("--model", "nobody-has-this", "--no-lanes")
    assert result.exit_code == 1 and "nobody-has-this" in result.stderr and written is None


def test_all_is_real_weights_and_a_great_shape(command, monkeypatch):
    asked = []
    monkeypatch.setattr(engine, "_subjects", lambda settings: asked.append(settings) or [])
    assert command("--all", "--device", "cuda")[0].exit_code == 0
    (settings,) = asked
    assert (settings.models, settings.shapes) == (("base",), ("large-v3-turbo",))
    assert settings.compute_types == ("float16", "int8_float16") and 64 in settings.batches
