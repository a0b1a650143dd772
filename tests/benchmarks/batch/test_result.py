from benchmarks.batch import result as report
from benchmarks.batch.contenders import Contender
from benchmarks.batch.figures import figures
from benchmarks.batch.result import HEAD, Result, Settings, notes, read, rows, title, write
from benchmarks.batch.run import Turn
from tests.benchmarks.made import MACHINE

OURS, EIGHT = Contender("captionflow"), Contender("batched", 8)
SETTINGS = Settings(
    "talks", "short", "en", False, 2, 600.0, 1, 1, (8,), 5, "base", "cpu", "int8", 2
)


def made(recordings, turns):
    found = tuple(figures([OURS, EIGHT], turns, recordings))
    return Result("2026-11-21T10:00:00+00:00", MACHINE, SETTINGS, 20.0, found, tuple(turns))


def test_a_row_for_each_contender(recordings, turn):
    result = made(recordings, [turn(OURS, 1, ("red cat", "old dog")), turn(EIGHT, 3)])
    head, ours, eight = rows(result.figures)
    assert head == HEAD
    assert ours == (
        "CaptionFlow",
        "0.1000 (0.1000 to 0.1000)",
        "3.00 (3.00 to 3.00)",
        "25.00 (1 / 0 / 0)",
        "100 (50)",
        "4",
    )
    assert eight[2] == "1.00 (1.00 to 1.00)"
    assert len(notes(result.figures)) == 2


def test_what_failed_is_marked(recordings, turn):
    result = made(recordings, [Turn(OURS, None, "killed"), turn(EIGHT, 3)])
    ours = rows(result.figures)[1]
    assert ours == ("CaptionFlow INVALID", "–", "–", "–", "–", "no")
    assert result.faults == ["CaptionFlow: killed"]


def test_rounds_that_disagree_are_marked(recordings, turn):
    turns = [turn(OURS, 1), turn(EIGHT, 3), turn(OURS, 1, ("a", "b")), turn(EIGHT, 3)]
    assert "differs" in rows(made(recordings, turns).figures)[1][3]


def test_the_memory_of_a_client_of_a_server_says_nothing(recordings, turn):
    served = Contender("served")
    (found,) = figures([served], [turn(served, 1)], recordings)
    assert rows([found])[1][4] == "–"


def test_the_title_says_what_was_measured_on_what(recordings, turn):
    said = title(made(recordings, [turn(OURS, 1), turn(EIGHT, 3)]))
    for part in ("2 files, 20 s", "talks short", "seed 1", "int8", "beam 5", "2 of 2 cores"):
        assert part in said


def test_what_is_written_is_read_back(tmp_path, recordings, turn):
    result = made(recordings, [turn(OURS, 1), Turn(EIGHT, None, "died")])
    write(result, tmp_path / "deep" / "r.json")
    assert read(tmp_path / "deep" / "r.json") == result
    assert report.read(tmp_path / "deep" / "r.json").kind == "batch"
