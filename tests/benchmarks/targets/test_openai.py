"""What a server of OpenAI's Realtime API says, and a session with one."""

import base64
import json

import numpy as np
import pytest
from captionflow import ServerError
from captionflow.protocol import Ended, Final, Partial, Warning

from benchmarks.targets.openai import OpenAI, OpenAIWire

TRANSCRIPTION = "conversation.item.input_audio_transcription."


def event(kind, item=None, **fields):
    return json.dumps(
        {"type": kind, "event_id": "e"} | ({"item_id": item} if item else {}) | fields
    )


def started(item, ms):
    return event("input_audio_buffer.speech_started", item, audio_start_ms=ms)


def stopped(item, ms):
    return event("input_audio_buffer.speech_stopped", item, audio_end_ms=ms)


def committed(item):
    return event("input_audio_buffer.committed", item, previous_item_id=None)


def delta(item, text):
    return event(TRANSCRIPTION + "delta", item, delta=text, content_index=0)


def completed(item, text):
    usage = {"type": "duration", "seconds": 1}
    return event(TRANSCRIPTION + "completed", item, transcript=text, content_index=0, usage=usage)


UPDATED = event("session.updated", session={"type": "transcription"})
EMPTY = {"type": "invalid_request_error", "code": "input_audio_buffer_commit_empty", "message": "!"}


@pytest.fixture
def wire():
    found = OpenAIWire("en", 500, None)
    found.opening()
    found.heard(UPDATED)
    return found


def test_it_is_ready_when_its_options_are_taken():
    wire = OpenAIWire("en", 700, "whisper-1")
    (asked,) = map(json.loads, wire.opening())
    given = asked["session"]["audio"]["input"]
    assert (asked["type"], asked["session"]["type"]) == ("session.update", "transcription")
    assert given["format"] == {"type": "audio/pcm", "rate": 24_000}
    assert given["transcription"] == {"language": "en", "model": "whisper-1"}
    assert given["turn_detection"] == {"type": "server_vad", "silence_duration_ms": 700}
    wire.heard(event("session.created", session={}))
    assert not wire.ready
    wire.heard(UPDATED)
    assert wire.ready


def test_an_item_is_a_segment_and_its_deltas_are_fixed(wire):
    messages = [started("a", 500), delta("a", "red"), stopped("a", 1900), committed("a")]
    messages += [delta("a", " fox"), completed("a", "red fox")]
    first, second, final = [one for message in messages for one in wire.heard(message)]
    assert first == Partial(seg=0, text="red", stable=3, start=0.5, end=0.5)
    assert second == Partial(seg=0, text="red fox", stable=7, start=0.5, end=0.5)
    assert final == Final(1, 0, 0.5, 1.9, "red fox", endpoint=True)
    assert wire.heard(delta("b", "old"))[0].seg == 1


def test_an_item_that_fails_is_a_warning(wire):
    wire.heard(committed("a"))
    error = {"message": "too quiet", "code": "quiet"}
    assert wire.heard(event(TRANSCRIPTION + "failed", "a", error=error)) == [
        Warning("quiet", "too quiet")
    ]


def test_audio_is_resampled_and_nothing_is_lost(wire):
    tone = np.round(8000 * np.sin(np.arange(16_000) * 2 * np.pi * 440 / 16_000)).astype(np.int16)
    sent = [m for i in range(0, 16_000, 320) for m in wire.audio(tone[i : i + 320].tobytes())]
    *rest, commit, update = wire.ending()
    sounds = [base64.b64decode(json.loads(message)["audio"]) for message in [*sent, *rest]]
    heard = np.frombuffer(b"".join(sounds), "<i2")
    expected = 8000 * np.sin(np.arange(24_000) * 2 * np.pi * 440 / 24_000)
    assert len(heard) == 24_000
    assert np.abs(heard - expected)[500:-500].max() < 80
    assert [json.loads(m)["type"] for m in (commit, update)] == [
        "input_audio_buffer.commit",
        "session.update",
    ]


def test_it_ends_when_the_last_item_is_complete(wire):
    wire.audio(bytes(3200))
    wire.heard(started("a", 0))
    wire.ending()
    assert wire.heard(committed("a")) == []
    assert wire.heard(UPDATED) == []
    final, ended = wire.heard(completed("a", "red"))
    assert (final.text, ended.duration) == ("red", 0.1)


def test_it_ends_at_once_when_there_was_nothing_left(wire):
    wire.ending()
    assert wire.heard(event("error", error=EMPTY)) == []
    assert [type(one) for one in wire.heard(UPDATED)] == [Ended]


def test_an_item_that_is_begun_and_never_committed_was_nothing(wire):
    wire.heard(started("a", 0))
    wire.ending()
    assert wire.heard(UPDATED) == []
    assert wire.quiet(14.9) == []
    assert [type(one) for one in wire.quiet(15.0)] == [Ended]


def test_an_item_that_is_owed_is_waited_for(wire):
    wire.heard(committed("a"))
    wire.ending()
    wire.heard(UPDATED)
    assert wire.quiet(60.0) == []
    assert wire.quiet(float("inf")) == []


def test_news_of_a_complete_item_does_not_begin_it_again(wire):
    wire.heard(completed("a", "red"))
    wire.heard(committed("a"))
    wire.ending()
    assert [type(one) for one in wire.heard(UPDATED)] == [Ended]


def test_failures(wire):
    with pytest.raises(ServerError, match="the server failed: no credit"):
        wire.heard(event("error", error={"message": "no credit", "code": "quota"}))
    with pytest.raises(ServerError, match="not of this API"):
        wire.heard("[1]")
    assert wire.heard(event("rate_limits.updated")) == []


async def test_a_session(serving):
    got = []

    async def converse(socket):
        got.append(socket.request.path)
        got.append(socket.request.headers["Authorization"])
        await socket.send(event("session.created", session={}))
        async for message in socket:
            got.append(json.loads(message)["type"])
            if got[-1] == "session.update":
                await socket.send(UPDATED)
            elif got[-1] == "input_audio_buffer.commit":
                item = f"item{len(got)}"
                await socket.send(committed(item))
                await socket.send(completed(item, "red fox"))

    async with serving(converse) as url, OpenAI(url, "en", 500, "key", None).open() as talk:
        await talk.send(bytes(32_000))
        await talk.flush()
        await talk.end()
        texts = [one.text async for one in talk if isinstance(one, Final)]
    assert texts == ["red fox", "red fox"]
    append, commit = "input_audio_buffer.append", "input_audio_buffer.commit"
    assert got == [
        "/v1/realtime?intent=transcription",
        "Bearer key",
        "session.update",
        append,
        commit,
        append,
        commit,
        "session.update",
    ]
