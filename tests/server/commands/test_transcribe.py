"""`captionflow transcribe` as a process, by a server and right here."""

import json

import pytest
from click import UsageError

from benchmarks.speech.corpus import SHIPPED
from server.commands.transcribe import places
from tests.server.commands.shared import captionflow, recording
from tests.server.shared import Running

TALK = "...######............#########............"
TINY = {"CAPTIONFLOW_MODEL_NAME": "tiny.en"}


@pytest.fixture
def talk(tmp_path):
    return recording(tmp_path / "talk.flac", TALK)


async def test_one_file_goes_to_standard_output(server: Running, talk):
    answer = await captionflow("transcribe", talk, "--language", "en", "--url", server.url)
    assert (answer.code, answer.out, answer.err) == (0, "w1 w2\nw7 w8 w9\n", "")


async def test_json_says_what_the_server_used(server: Running, talk):
    words = ("--format", "json", "--language", "en", "--url", server.url)
    found = json.loads((await captionflow("transcribe", talk, *words)).out)
    assert (found["duration"], found["language"], found["model"]) == (4.2, "en", "base")
    assert [one["text"] for one in found["segments"]] == ["w1 w2", "w7 w8 w9"]
    assert found["segments"][0]["words"][0]["start"] == 0.3
    assert (await server.over(found["session"]))["state"] == "ready"


async def test_several_go_beside_their_recordings_and_bad_ones_are_named(server: Running, talk):
    (talk.parent / "bad.mp3").write_text("no sound")
    other = recording(talk.parent / "other.wav", "...######......")
    files = (talk, talk.parent / "bad.mp3", talk.parent / "none.ogg", other)
    answer = await captionflow(
        "transcribe", *files, "--format", "srt", "--language", "en", "--url", server.url
    )
    assert answer.code == 1
    assert answer.out.splitlines() == [
        str(talk.parent / "talk.srt"),
        str(talk.parent / "other.srt"),
    ]
    assert "bad.mp3: not an audio file" in answer.err
    assert "none.ogg: No such file" in answer.err
    assert "00:00:00,300 --> " in (talk.parent / "talk.srt").read_text()
    assert "w1 w2\n" in (talk.parent / "other.srt").read_text()
    assert not (talk.parent / "bad.srt").exists()


async def test_a_folder_of_its_own(server: Running, talk, tmp_path):
    folder = tmp_path / "new" / "folder"
    words = ("--output-dir", folder, "--language", "en", "--url", server.url)
    answer = await captionflow("transcribe", talk, *words)
    assert answer.out == f"{folder / 'talk.txt'}\n"
    assert (folder / "talk.txt").read_text() == "w1 w2\nw7 w8 w9\n"


async def test_a_damaged_file_is_transcribed_as_far_as_it_goes(server: Running, talk):
    whole = talk.read_bytes()
    talk.write_bytes(whole[: len(whole) // 2])
    answer = await captionflow("transcribe", talk, "--language", "en", "--url", server.url)
    assert answer.code == 0
    assert f"{talk} is damaged: only" in answer.err


async def test_a_server_that_is_not_there(talk):
    answer = await captionflow("transcribe", talk, "--url", "http://127.0.0.1:9")
    assert answer.code == 1
    assert answer.err.startswith("Error: cannot reach")


@pytest.mark.slow
async def test_right_here_without_a_server(tmp_path):
    dialogue = SHIPPED / "dialogue.flac"
    (tmp_path / "bad.flac").write_bytes(b"fLaC")
    answer = await captionflow(
        "transcribe", dialogue, tmp_path / "bad.flac", "--output-dir", tmp_path, env=TINY
    )
    assert answer.code == 1
    assert "bad.flac: " in answer.err and "dialogue" not in answer.err
    text = (tmp_path / "dialogue.txt").read_text()
    assert "office move" in text
    assert len(text.splitlines()) > 5


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("--language", "de"), "language 'de' is not known"),
        (("--model", "nothing"), "captionflow models pull nothing"),
    ],
)
async def test_what_cannot_be_heard_here(talk, words, wrong):
    answer = await captionflow("transcribe", talk, *words, env=TINY)
    assert answer.code == 1
    assert wrong in answer.err


def test_places(tmp_path):
    a, b = tmp_path / "a.wav", tmp_path / "b.wav"
    assert places([a], "txt", None) == [None]
    assert places([a], "txt", tmp_path / "x") == [tmp_path / "x" / "a.txt"]
    assert places([a, b], "vtt", None) == [tmp_path / "a.vtt", tmp_path / "b.vtt"]


@pytest.mark.parametrize("names", [("a.wav", "a.mp3"), ("x/a.wav", "y/a.wav"), ("a.json", "b.wav")])
def test_places_that_would_lose_something(names, tmp_path):
    with pytest.raises(UsageError):
        places([tmp_path / name for name in names], "json", tmp_path)
