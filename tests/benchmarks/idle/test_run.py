"""Levels against a server that is a process; the scripted peer stands in for it."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks.figures import metrics
from benchmarks.idle import run
from benchmarks.idle.result import Settings
from server.commands.child import ServerDied

PEER = Path(__file__).parents[1] / "peer.py"


@pytest.fixture
def served_by_peer(monkeypatch):
    monkeypatch.setattr(metrics, "LATE", 5.0)  # a busy machine is no fault of the code

    def serve(*more):
        line = [sys.executable, str(PEER), json.dumps([]), *more]
        monkeypatch.setattr(run, "serve_command", lambda data, *more: line)

    return serve


def settings(*levels, **more):
    return Settings(levels, 1.5, 0.3, -60.0, 0, "dialogue", 1, None, **more)


@pytest.mark.slow
async def test_a_run_for_each_level(served_by_peer):
    served_by_peer()
    told = []
    nobody, two = await run.measure(settings(0, 2), (), told.append)
    assert nobody.valid and two.valid
    assert nobody.rss_a_session is None and two.rss_a_session is not None
    assert two.usage.rss > 5 and two.usage.cores > 0 and two.client_cores > 0
    assert told == ["0 quiet sessions", "2 quiet sessions"]


@pytest.mark.slow
async def test_a_server_that_dies_ends_the_levels(served_by_peer):
    served_by_peer("0.8")
    (only,) = await run.measure(settings(2, 4), (), lambda _: None)
    assert not only.valid
    assert "2 of the quiet sessions failed" in only.faults[0]


async def test_a_server_that_does_not_start(monkeypatch):
    line = [sys.executable, "-c", "raise SystemExit('no')"]
    monkeypatch.setattr(run, "serve_command", lambda data, *more: line)
    with pytest.raises(ServerDied):
        await run.measure(settings(1), (), lambda _: None)


def test_the_server_is_given_room_for_all():
    sections = run._sections(Settings((0, 500), 1.0, 1.0, -60.0, 2, "dialogue", 1, "tiny.en"))
    assert sections == {"server": {"max_sessions": 502}, "model": {"name": "tiny.en"}}
