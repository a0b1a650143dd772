"""What WhisperLiveKit says, as it was recorded, and a session with a server that says it."""

import json

import pytest
from captionflow import ServerError
from captionflow.protocol import Ended, Final, Partial

from benchmarks.targets.port import CannotFlush
from benchmarks.targets.whisperlivekit import WhisperLiveKit, WhisperLiveKitWire

CONFIG = '{"type": "config", "useAudioWorklet": true, "mode": "full"}'


def transcript(*lines, buffer=""):
    """("text", end in seconds) for each line; None is a silence."""
    listed = [
        {"speaker": -2, "text": "", "start": "0:00:00.00", "end": "0:00:09.00"}
        if line is None
        else {"speaker": 1, "text": line[0], "start": "0:00:00.00", "end": f"0:00:0{line[1]:.2f}"}
        for line in lines
    ]
    return json.dumps({"status": "", "lines": listed, "buffer_transcription": buffer})


@pytest.fixture
def wire():
    return WhisperLiveKitWire()


def test_a_recorded_conversation(wire, recorded, told):
    events = told(wire, recorded("whisperlivekit"))
    finals = [event for event in events if isinstance(event, Final)]
    assert wire.ready
    assert [(final.text, final.end, final.endpoint) for final in finals] == [
        ("Good morning, everyone.", 1.58, True),
        ("Thanks for joining.", 2.64, True),
        ("Shall we start with the office move?", 5.16, True),
        ("and then go through the budget?", 6.78, True),
        ("Good morning.", 7.5, True),
        ("Morning. Yes, that works for me.", 9.86, True),
    ]
    assert isinstance(events[-1], Ended)
    assert [event.text for event in events if isinstance(event, Partial)] == [
        final.text for final in finals
    ]


def test_lines_are_fixed_and_the_buffer_is_in_doubt(wire):
    (first,) = wire.heard(transcript(buffer=" red fox old"))
    assert (first.text, first.stable) == ("red fox old", 0)
    (second,) = wire.heard(transcript((" red fox", 1.5), buffer=" old oak"))
    assert (second.text, second.stable, second.end) == ("red fox old oak", 7, 1.5)


def test_a_segment_ends_where_nothing_is_in_doubt(wire):
    wire.heard(transcript(buffer=" red"))
    (final,) = wire.heard(transcript((" red fox", 1.5)))
    assert (final.seg, final.text, final.start, final.end) == (0, "red fox", 0.0, 1.5)
    assert final.endpoint
    assert wire.heard(transcript((" red fox", 1.5))) == []
    (event,) = wire.heard(transcript((" red fox", 1.5), None, (" old", 2.5)))
    assert (event.seg, event.text, event.start, event.end) == (1, "old", 1.5, 2.5)


def test_a_segment_ends_where_no_word_in_doubt_was_shown_before(wire):
    wire.heard(transcript(buffer=" red"))
    final, following = wire.heard(transcript((" red fox", 1.5), buffer=" old"))
    assert (final.text, final.endpoint) == ("red fox", False)
    assert (following.seg, following.text, following.stable) == (1, "old", 0)


def test_text_that_stays_in_doubt_until_the_end_counts_as_said(wire):
    wire.audio(bytes(3200))
    wire.heard(transcript((" red", 1.0), buffer=" fox"))
    assert wire.ending() == [b""]
    final, ended = wire.heard('{"type": "ready_to_stop"}')
    assert final.text == "fox"
    assert ended.duration == 0.1


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ('{"type": "config", "useAudioWorklet": false}', "started with --pcm-input"),
        ('{"type": "error", "error": "no such language"}', "failed: no such language"),
        ('{"status": "error", "error": "broken", "lines": []}', "failed: broken"),
        ("{", "a message not of WhisperLiveKit"),
    ],
)
def test_refusals_and_failures(wire, message, reason):
    with pytest.raises(ServerError, match=reason):
        wire.heard(message)


def test_committed_text_that_changes_is_a_failure(wire):
    wire.heard(transcript((" red fox", 1.5)))
    with pytest.raises(ServerError, match="changed text that it had committed"):
        wire.heard(transcript((" red box", 1.5)))


async def test_a_session(serving):
    got = []

    async def converse(socket):
        got.append(socket.request.path)
        got.append(socket.request.headers.get("Authorization"))
        await socket.send(CONFIG)
        got.append(await socket.recv())
        await socket.send(transcript(buffer=" red"))
        got.append(await socket.recv())
        await socket.send(transcript((" red", 1.0)))
        await socket.send('{"type": "ready_to_stop"}')
        await socket.wait_closed()

    async with (
        serving(converse) as url,
        WhisperLiveKit(url, "en", 500, "key", None).open() as talk,
    ):
        with pytest.raises(CannotFlush, match="whisperlivekit cannot be asked"):
            await talk.flush()
        await talk.send(b"")
        await talk.send(b"1234")
        await talk.end()
        texts = [event.text async for event in talk if isinstance(event, Partial | Final)]
    assert got == ["/asr", "Bearer key", b"1234", b""]
    assert texts == ["red", "red"]
