"""The doctor's report: one line for each check, whatever happens in it."""

from server.commands.doctor import CHECKS, report
from server.settings import load
from tests.server.commands.shared import captionflow


def test_a_check_that_breaks_is_a_bad_line_and_no_traceback(capsys):
    def broken(_):
        raise ImportError("libgomp.so.1: cannot open shared object file")

    assert report("model", broken, load(None, {}, {})) is False
    line = capsys.readouterr().out
    assert line.startswith("bad  model ") and "libgomp.so.1" in line and line.count("\n") == 1


async def test_the_whole_doctor(tmp_path):
    env = {"CAPTIONFLOW_SERVER_PORT": "0", "CAPTIONFLOW_MODEL_NAME": "tiny.en"}
    well = await captionflow("doctor", "--data-dir", tmp_path, env=env)
    assert well.code == 0, well.out
    assert [line[:2] for line in well.out.splitlines()] == ["ok"] * len(CHECKS)
    ill = await captionflow("doctor", "--data-dir", "/proc/captionflow", env=env)
    assert ill.code == 1
    assert [line[:3] for line in ill.out.splitlines()].count("bad") == 1
