"""The demo, as `make demo` runs it, with a shorter recording and a smaller model."""

import asyncio
import json
import re
import signal
from pathlib import Path

import pytest
import soundfile

from benchmarks.speech.corpus import SHIPPED
from tests.server.commands.shared import begun, captionflow, ended

ENV = {"CAPTIONFLOW_MODEL_NAME": "tiny.en", "DATABASE_URL": "", "DEMO_STAY": ""}


@pytest.fixture
def opening(tmp_path) -> Path:
    """The first eight seconds of the recording that ships."""
    samples, rate = soundfile.read(SHIPPED / "dialogue.flac", dtype="int16", frames=8 * 16_000)
    soundfile.write(tmp_path / "opening.wav", samples, rate)
    return tmp_path / "opening.wav"


@pytest.mark.slow
async def test_the_demo(folder, opening):
    data = folder / "demo"
    answer = await captionflow("demo", "--data-dir", data, "--recording", opening, env=ENV)
    assert answer.code == 0, answer.err
    assert re.search(r"^00:03\.\d  Shall we start with the office move", answer.out, re.M)
    assert re.search(r"^first caption \d\.\d\d s after the first word began$", answer.out, re.M)
    kept = dict(re.findall(r"^  (recording|transcript\.\w+) .* kB  (/.*)$", answer.out, re.M))
    samples, rate = soundfile.read(kept["recording"])
    assert (len(samples), rate) == (8 * 16_000, 16_000)
    transcript = json.loads(Path(kept["transcript.json"]).read_text())
    assert "office move" in transcript["text"]
    assert Path(kept["transcript.txt"]).read_text().splitlines()[0] in answer.out
    assert Path(kept["transcript.vtt"]).read_text().startswith("WEBVTT")
    assert "-->" in Path(kept["transcript.srt"]).read_text()
    assert f"/v1/sessions/{transcript['session']}\n" in answer.out
    assert re.search(rf" http://\S+[^1]/sessions/{transcript['session']}$", answer.out, re.M)
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists(), "Postgres still runs"


@pytest.mark.slow
async def test_a_demo_that_stays_serves_until_it_is_interrupted(folder, opening):
    words = ("demo", "--data-dir", folder / "demo", "--recording", opening)
    async with begun(*words, env={**ENV, "DEMO_STAY": "1"}) as process:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            while b"captionflow listen mic" not in await process.stdout.readline():
                assert process.returncode is None
        process.send_signal(signal.SIGINT)
        answer = await ended(process)
    assert (answer.code, answer.out) == (0, "the server has stopped\n"), answer.err
    assert not (folder / "demo" / "postgres" / "cluster" / "postmaster.pid").exists()


async def test_a_server_that_does_not_start_shows_its_log(folder):
    answer = await captionflow(
        "demo", "--data-dir", folder, env={**ENV, "CAPTIONFLOW_MODEL_NAME": "nothing"}
    )
    assert answer.code == 1
    assert f"the end of {folder / 'server.log'}:" in answer.err
    assert "captionflow models pull nothing" in answer.err


async def test_a_recording_that_is_none(folder, tmp_path):
    (tmp_path / "a.wav").write_text("words")
    answer = await captionflow("demo", "--data-dir", folder, "--recording", tmp_path / "a.wav")
    assert answer.code == 1
    assert "not an audio file" in answer.err
    assert not list(folder.iterdir())
