"""What is logged, in a process of its own: logging is a matter of the whole process."""

import json
import subprocess
import sys

SCRIPT = """
import logging, sys
from server import logs
logs.configure("{level}", "{form}")
logs.logger("live").info("session over", session="s1", words=3)
logging.getLogger("uvicorn.error").info("noise of the server")
logging.getLogger("uvicorn.error").error("trouble of the server")
logging.getLogger("uvicorn.access").info("GET /secret")
try:
    1 / 0
except ZeroDivisionError as error:
    logs.logger("live").error("session failed", exc_info=error)
"""


def logged(level: str, form: str) -> list[str]:
    command = [sys.executable, "-c", SCRIPT.format(level=level, form=form)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_machines_get_one_object_a_line() -> None:
    over, trouble, failed = map(json.loads, logged("info", "json"))
    assert (over["event"], over["session"], over["words"]) == ("session over", "s1", 3)
    assert (over["level"], over["logger"]) == ("info", "live") and over["timestamp"].endswith("Z")
    assert (trouble["event"], trouble["logger"]) == ("trouble of the server", "uvicorn.error")
    assert "ZeroDivisionError" in failed["exception"]


def test_levels_and_people() -> None:
    lines = logged("error", "console")
    assert not any("session over" in line for line in lines)
    assert any("trouble of the server" in line for line in lines)
    assert any("ZeroDivisionError" in line for line in lines)
