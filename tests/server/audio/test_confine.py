"""A confined process tries what it may not do, and what it may."""

import os
import signal
import subprocess
import sys

import pytest

MEMORY = 100 << 20
START = """
import os, socket, sys, threading
from server.audio.confine import confine
file = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY)
confine(int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), 4)
"""
linux = pytest.mark.skipif(sys.platform != "linux", reason="what Linux alone has")


def confined(code: str, folder, cpu: int = 0, parent: int | None = None):
    """How the code ends in a process that has confined itself, its handle 3 being a file."""
    whose = os.getpid() if parent is None else parent
    words = (str(folder / "file"), str(whose), str(MEMORY), str(cpu))
    return subprocess.run(
        [sys.executable, "-c", START + code, *words], capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("open('/etc/passwd')", "Too many open files"),
        ("socket.create_connection(('127.0.0.1', 1))", "Too many open files"),
        ("os.write(file, b'something')", "File too large"),
    ],
)
def test_what_it_may_not(code, error, tmp_path):
    ended = confined(code, tmp_path)
    assert ended.returncode == 1
    assert error in ended.stderr


@linux
@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("os.fork()", "Resource temporarily unavailable"),
        ("threading.Thread(target=print).start()", "can't start new thread"),
        (f"bytearray({2 * MEMORY})", "MemoryError"),
    ],
)
def test_what_linux_refuses(code, error, tmp_path):
    ended = confined(code, tmp_path)
    assert ended.returncode == 1
    assert error in ended.stderr


def test_it_has_what_it_needs(tmp_path):
    ended = confined(f"print(len(bytearray({MEMORY // 2})))", tmp_path)
    assert (ended.stdout, ended.stderr) == (f"{MEMORY // 2}\n", "")


def test_root_is_given_up(tmp_path):
    assert confined("print(os.geteuid() == 0)", tmp_path).stdout == "False\n"


def test_the_processor_is_not_its_own_for_ever(tmp_path):
    ended = confined("while True: pass", tmp_path, cpu=1)
    assert ended.returncode == -signal.SIGXCPU


@linux
def test_an_orphan_ends_at_once(tmp_path):
    ended = confined("print('still here')", tmp_path, parent=1)
    assert "the parent has ended" in ended.stderr and not ended.stdout
