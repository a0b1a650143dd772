"""What the doctor looks at: each check finds what is well, and what is not."""

import os
import socket
import sys
import time

import pytest

from server.commands import checks
from server.commands.checks import Bad
from server.commands.doctor import CHECKS
from server.settings import load


def settings(tmp_path, **sections):
    sections.setdefault("storage", {}).setdefault("data_dir", tmp_path)
    return load(None, {}, {"server": {"port": 0}, "model": {"name": "tiny.en"}, **sections})


@pytest.mark.parametrize("name", CHECKS)
def test_all_is_well_here(name, tmp_path):
    assert CHECKS[name](settings(tmp_path))


def test_an_old_python(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 9))
    with pytest.raises(Bad, match="Python"):
        checks.python(settings(tmp_path))


def test_more_passes_than_cores(tmp_path):
    with pytest.raises(Bad, match="999 passes"):
        checks.cores(settings(tmp_path, model={"workers": 999}))


def test_a_model_that_is_not_here(tmp_path):
    with pytest.raises(Bad, match="models pull zork"):
        checks.model(settings(tmp_path, model={"name": "zork"}))


def test_a_database_that_does_not_answer(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "DATABASE", 0.2)
    url = "postgresql://u:secret@127.0.0.1:9/x"
    with pytest.raises(Bad) as bad:
        checks.database(settings(tmp_path, storage={"database_url": url}))
    assert "127.0.0.1:9" in bad.value.found and "secret" not in bad.value.found


def test_programs_that_are_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(Bad, match="PG_BIN"):
        checks.database(settings(tmp_path))


def test_a_folder_that_cannot_be_written(tmp_path):
    with pytest.raises(Bad, match="cannot write in /proc"):
        checks.folder(settings(tmp_path, storage={"data_dir": "/proc/captionflow"}))


def test_a_full_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "FREE", 1 << 60)
    with pytest.raises(Bad, match="GB free"):
        checks.folder(settings(tmp_path))


def test_a_taken_port(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Bad, match=f"127.0.0.1:{port}"):
            checks.port(settings(tmp_path, server={"port": port}))
    assert checks.port(settings(tmp_path, server={"port": port})) == f"127.0.0.1:{port} is free"


@pytest.mark.parametrize("now", [0.0, os.stat(checks.__file__).st_mtime - 10 * checks.DAY])
def test_a_clock_that_is_behind(now, tmp_path, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: now)
    with pytest.raises(Bad, match="timedatectl|it says"):
        checks.clock(settings(tmp_path))
