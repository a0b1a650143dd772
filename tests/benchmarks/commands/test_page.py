"""The group alone: help without a browser's driver."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from benchmarks.commands import bench

HIDES = "import sys; sys.modules['playwright'] = None; from benchmarks.commands import bench; "


def test_its_verbs():
    result = CliRunner().invoke(bench, ["page", "--help"])
    assert result.exit_code == 0
    assert all(f"\n  {verb} " in result.output for verb in ("load", "latency", "cut"))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--help"], 0, "The speaker's page"),
        (["page", "load"], 1, "playwright is not here: install the dependency group dev"),
    ],
    ids=["help", "use"],
)
def test_without_playwright(arguments, code, said):
    run = f"{HIDES}bench({arguments!r}, prog_name='bench')"
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True)
    assert done.returncode == code and said in done.stdout + done.stderr
