"""Tables and file."""

import msgspec

from benchmarks.engine.lanes import Lanes
from benchmarks.engine.model import Load, Stages
from benchmarks.engine.passes import Passes
from benchmarks.engine.result import (
    LANES,
    PASSES,
    SIZING,
    Result,
    Settings,
    Subject,
    lanes,
    markdown,
    passes,
    sizing,
    write,
)
from benchmarks.engine.sizing import Sizing
from benchmarks.figures.metrics import Summary
from benchmarks.run.machine import describe

LOAD = Load("look, 4 s", 600, 4.0, 2)
GOOD = Passes(
    LOAD, 8, 10, Summary(0.1, 0.12, 0.13, 10), Stages(0.02, 0.03, 0.04, 0.01), 80.0, 320.0, 900.0
)
FULL = Passes(LOAD, 16, 10, None, None, 0.0, 0.0, None, "out of memory")
BESIDE = Lanes("two lanes", 32.0, Summary(0.05, 0.1, 0.2, 99), 1.25)
SIZED = Sizing(0.3, 8, 4, 12.5, 31.25)
SUBJECT = Subject("base", "float16", 1.5, (GOOD, FULL), (BESIDE,), SIZED)


def result(*subjects):
    settings = Settings(("base",), (), "cuda", ("float16",), (8, 16), 10, 1, 1, True, 20.0)
    return Result("2026-11-21T10:00:00+00:00", describe(), settings, subjects)


def test_rows_of_all_tables():
    head, good, full = passes([SUBJECT])
    assert head == PASSES
    assert good == (
        ("base, float16", "look, 4 s", "8", "80.0", "320")
        + ("100 / 120", "20 / 30 / 40 / 10", "900")
    )
    assert full == ("base, float16", "look, 4 s", "16", "failed", "–", "–", "–", "–")
    assert lanes([SUBJECT]) == [
        LANES,
        ("base, float16", "two lanes", "32.0", "50 / 100 / 200", "1.25"),
    ]
    assert sizing([SUBJECT]) == [SIZING, ("base, float16", "12.5", "31.2", "8 / 4", "0.3")]


def test_faults_name_their_place():
    bad = Subject("x", "int8", None, (), (), None, "no such device")
    failed = Lanes("one lane", 1.0, None, 0.0, "lost")
    assert bad.faults == ["no such device"]
    assert SUBJECT.faults == ["look, 4 s, batch 16: out of memory"]
    assert Subject("x", "int8", 1.0, (), (failed,), None).faults == ["one lane: lost"]


def test_markdown_leaves_empty_tables_out():
    text = markdown(result(SUBJECT))
    assert text.startswith("Device cuda: ")
    assert all(f"**{title}**" in text for title in ("Batches", "Looks beside uploads"))
    assert "**" not in markdown(result(Subject("x", "int8", None, (), (), None, "no")))


def test_the_file_has_all_of_it(tmp_path):
    whole = result(SUBJECT)
    write(whole, tmp_path / "a" / "engine.json")
    read = (tmp_path / "a" / "engine.json").read_bytes()
    assert msgspec.json.decode(read, type=Result) == whole
