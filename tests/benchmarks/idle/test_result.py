"""The table and the file."""

import msgspec

from benchmarks.figures.metrics import Summary
from benchmarks.idle.result import HEAD, Result, Run, Settings, rows, write
from benchmarks.run.machine import Usage, describe

SETTINGS = Settings((0, 50), 30.0, 5.0, -60.0, 1, "dialogue", 1, None)
FULL = Run(
    50,
    (),
    Usage(410.0, 500.0, 0.25, 0.3),
    rss_a_session=0.25,
    client_cores=0.13,
    pings=Summary(0.001, 0.002, 0.003, 9),
    late=Summary(0.0, 0.001, 0.004, 9),
    committed=Summary(1.25, 2.5, 3.0, 9),
)


def test_every_figure_has_its_column():
    head, row = rows([FULL])
    assert head == HEAD
    assert row == (
        ("50", "0.25", "0.30", "6.00", "410", "0.25") + ("1 / 2 / 3", "1.25 / 2.50", "0.13", "4")
    )


def test_what_was_not_measured_is_a_dash():
    _, nobody, failed = rows([Run(0, (), Usage(397.0, 450.0, 0.0)), Run(50, ("no room",))])
    assert nobody[:6] == ("0", "0.00", "0.00", "–", "397", "–")
    assert failed == ("50 INVALID", *"–" * 9)
    assert len(nobody) == len(HEAD)


def test_the_file_has_all_of_it(tmp_path):
    result = Result("2026-11-21T10:00:00+00:00", describe(), SETTINGS, (FULL,))
    write(result, tmp_path / "deep" / "idle.json")
    read = (tmp_path / "deep" / "idle.json").read_bytes()
    assert msgspec.json.decode(read, type=Result) == result
