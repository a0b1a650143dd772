"""`captionflow listen` as a process, against a server whose model hears by the clock."""

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE
from contextlib import suppress

import pytest
from captionflow import Ended, Final, Welcome
from captionflow.protocol import decode_event

from server.commands.sources import RECORDERS
from tests.server.commands.shared import START, begun, captionflow, ended, recording
from tests.server.shared import Running, pcm

TALK = "...######............#########............"  # 4.2 s with two utterances


def said(line: str) -> str:
    """What the last line of the command names."""
    name, id, *_ = line.split()
    assert name == "session"
    return id.rstrip(":")


async def test_a_pipe_gets_finals_only_one_a_line(server: Running, tmp_path):
    file = recording(tmp_path / "talk.flac", TALK)
    answer = await captionflow("listen", file, "--fast", "--language", "en", "--url", server.url)
    assert answer.code == 0, answer.err
    assert answer.out.splitlines() == ["w1 w2", "w7 w8 w9"]
    record = await server.over(said(answer.err))
    assert (record["state"], record["duration"]) == ("ready", 4.2)
    assert answer.err == f"session {record['id']}: 4.2 s heard\n"


async def test_a_file_is_sent_as_one_speaks(server: Running, tmp_path):
    file = recording(tmp_path / "talk.wav", TALK, rate=48_000)
    answer = await captionflow("listen", file, "--json", "--language", "en", "--url", server.url)
    events = [decode_event(line) for line in answer.out.splitlines()]
    assert isinstance(events[0], Welcome)
    assert isinstance(events[-1], Ended)
    assert [it.text for it in events if isinstance(it, Final)] == ["w1 w2", "w7 w8 w9"]
    kinds = [json.loads(line)["type"] for line in answer.out.splitlines()]
    first_final = kinds.index("final")
    assert "partial" in kinds[:first_final]
    assert "audio_ack" in kinds[first_final:], "all of the audio came before the first final"


@pytest.mark.parametrize("pace", ["--fast", "--realtime"])
async def test_raw_audio_from_a_pipe(server: Running, pace):
    given = pcm(TALK) + b"\x00"  # half a sample at the end is nobody's
    answer = await captionflow(
        "listen", "-", pace, "--language", "en", "--url", server.url, given=given
    )
    assert (answer.code, answer.out) == (0, "w1 w2\nw7 w8 w9\n")
    assert "4.2 s heard" in answer.err


async def test_raw_audio_from_a_file_on_standard_input(server: Running, tmp_path):
    path = tmp_path / "talk.raw"
    path.write_bytes(pcm(TALK))
    with path.open() as file:
        words = ("listen", "-", "--language", "en", "--url", server.url)
        async with begun(*words, stdin=file.fileno()) as process:
            answer = await ended(process)
    assert answer.out == "w1 w2\nw7 w8 w9\n"


async def test_nothing_on_standard_input(server: Running):
    answer = await captionflow("listen", "-", "--url", server.url)
    assert (answer.code, answer.out) == (0, "")
    assert "0.0 s heard" in answer.err


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
async def test_an_interrupt_ends_the_session_and_waits_for_the_last_words(server: Running, sign):
    """The pipe stays open and silent, so that only the signal can end it."""
    words = ("listen", "-", "--json", "--language", "en", "--url", server.url)
    async with begun(*words, stdin=PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(pcm("...#########"))
        while b'"partial"' not in await process.stdout.readline():
            pass
        process.send_signal(sign)
        async with asyncio.timeout(20):
            out, err = await process.stdout.read(), await process.stderr.read()
            code = await process.wait()
    assert code == 0, err
    events = [decode_event(line) for line in out.splitlines()]
    assert [it.text for it in events if isinstance(it, Final)] == ["w1 w2 w3"]
    assert isinstance(events[-1], Ended)
    record = await server.over(said(err.decode()))
    assert (record["state"], record["duration"]) == ("ready", 1.2)


async def test_the_microphone_is_the_first_recorder_there_is(server: Running, tmp_path):
    sound = tmp_path / "sound.raw"
    sound.write_bytes(pcm(TALK))
    program = tmp_path / "parec"
    program.write_text(f"#!/bin/sh\n/bin/cat {sound}\necho unplugged >&2\n")
    program.chmod(0o755)
    answer = await captionflow(
        *("listen", "mic", "--language", "en", "--url", server.url), env={"PATH": str(tmp_path)}
    )
    assert answer.out == "w1 w2\nw7 w8 w9\n"
    assert answer.err.splitlines()[-1] == f"Error: {program} stopped: unplugged"
    assert answer.code == 1


async def test_without_a_recorder_it_says_what_to_install(server: Running, tmp_path):
    answer = await captionflow("listen", "--url", server.url, env={"PATH": str(tmp_path)})
    assert answer.code == 1
    assert all(name in answer.err for name in RECORDERS)
    assert not server.registry.running


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [("no.wav", None, "No such file"), ("text.wav", b"some words", "not an audio file")],
)
async def test_a_file_that_cannot_be_heard_starts_no_session(tmp_path, name, content, wrong):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    answer = await captionflow("listen", tmp_path / name, "--url", "http://127.0.0.1:9")
    assert answer.code == 1
    assert answer.err.startswith(f"Error: {tmp_path / name}: ")
    assert wrong in answer.err


async def test_a_server_that_is_not_there_is_one_clear_line():
    answer = await captionflow("listen", "-", "--url", "http://127.0.0.1:9")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("Error: cannot reach ws://127.0.0.1:9/v1/stream")
    assert answer.err.count("\n") == 1


async def test_a_refusal_is_one_clear_line(server: Running):
    answer = await captionflow("listen", "-", "--language", "xx", "--url", server.url)
    assert answer.code == 1
    assert answer.err == "Error: language 'xx' is not known to the model\n"


async def test_an_address_that_is_none_is_told_at_once():
    answer = await captionflow("listen", "-", "--url", "example")
    assert answer.code == 2
    assert "not a server address" in answer.err


async def test_a_terminal_sees_captions_grow(server: Running, tmp_path):
    """Through a pseudo-terminal: bold for what stands, dim for what may change."""
    file = recording(tmp_path / "talk.wav", TALK)
    ours, theirs = os.openpty()
    words = ("listen", str(file), "--language", "en", "--url", server.url)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", START, *words),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    async with asyncio.timeout(30):
        seen = (await asyncio.to_thread(read_all, ours)).decode()
        assert await process.wait() == 0
    assert "\x1b[1mw7" in seen
    assert re.search(r"\x1b\[36m00:00\.\d\x1b\[0m  w1 w2\r\n", seen)
    assert "w7 w8 w9\r\n" in seen
    assert seen.rstrip().endswith("4.2 s heard")


def read_all(terminal: int) -> bytes:
    """Until nobody has the other end open; Linux says so with an error."""
    seen = b""
    with open(terminal, "rb", buffering=0) as file, suppress(OSError):
        while data := file.read(4096):
            seen += data
    return seen
