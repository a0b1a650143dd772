"""What WhisperLive says, as it was recorded, and a session with a server that says it."""

import json

import numpy as np
import pytest
from captionflow import ServerError
from captionflow.protocol import Ended, Final, Partial

from benchmarks.targets.port import CannotFlush
from benchmarks.targets.whisperlive import WhisperLive, WhisperLiveWire

READY = '{"uid": "benchmark", "message": "SERVER_READY", "backend": "faster_whisper"}'


def segments(*pieces):
    """("text", completed), one second each."""
    listed = [
        {"start": f"{n:.3f}", "end": f"{n + 1:.3f}", "text": f" {text}", "completed": completed}
        for n, (text, completed) in enumerate(pieces)
    ]
    return json.dumps({"uid": "benchmark", "segments": listed})


@pytest.fixture
def wire():
    return WhisperLiveWire("en", "base")


def test_a_recorded_conversation(wire, recorded, told):
    events = told(wire, recorded("whisperlive")) + wire.quiet(15.0)
    finals = [event for event in events if isinstance(event, Final)]
    assert wire.ready
    assert " ".join(final.text for final in finals) == (
        "Good morning, everyone. Thanks for joining. "
        "Shall we start with the office move and then go through the budget? "
        "Morning. Yes, that works for me. "
        "Sorry, I'm a minute late. My train was held outside the station again. "
        "No problem at all, Emma. We have only just started. "
        "So as you know, the lease on the current building ends on the 31st of March."
    )
    assert [final.seg for final in finals] == list(range(len(finals)))
    assert isinstance(events[-1], Ended)
    # Fixed text of a segment is the beginning of all that follows in it.
    for number, event in enumerate(events):
        if isinstance(event, Partial):
            promised = event.text[: event.stable]
            later = [e for e in events[number:] if isinstance(e, Partial | Final)]
            assert all(e.text.startswith(promised) for e in later if e.seg == event.seg)


def test_a_segment_ends_when_nothing_shown_is_left_over(wire):
    (shown,) = wire.heard(segments(("red fox", False)))
    assert (shown.text, shown.stable, shown.end) == ("red fox", 0, 1.0)
    final, following = wire.heard(segments(("red fox", True), ("old", False)))
    assert (final.seg, final.text, final.endpoint) == (0, "red fox", False)
    assert (following.seg, following.text, following.stable) == (1, "old", 0)


def test_words_that_were_shown_stay_in_their_segment_when_the_server_splits_it(wire):
    wire.heard(segments(("red fox old", False)))
    (event,) = wire.heard(segments(("red fox", True), ("old oak", False)))
    assert (event.seg, event.text, event.stable) == (0, "red fox old oak", 7)
    (final,) = wire.heard(segments(("red fox", True), ("old oak", True)))
    assert (final.text, final.endpoint) == ("red fox old oak", True)


def test_what_is_repeated_is_no_news(wire):
    wire.heard(segments(("red", False)))
    assert wire.heard(segments(("red", False))) == []
    wire.heard(segments(("red", True)))
    assert wire.heard(segments(("red", True))) == []


def test_a_look_that_finds_nothing_takes_nothing_away(wire):
    wire.heard(segments(("red", True), ("fox", False)))
    assert wire.heard(segments(("red", True))) == []


def test_what_is_in_doubt_at_the_end_counts_as_said_after_fifteen_seconds(wire):
    wire.audio(bytes(3200))
    wire.heard(segments(("red", True), ("fox", False)))
    assert wire.ending() == []
    assert wire.quiet(14.9) == []
    final, ended = wire.quiet(15.0)
    assert (final.seg, final.text, final.endpoint) == (1, "fox", False)
    assert ended.duration == 0.1


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ('{"uid": "b", "status": "WAIT", "message": 3.5}', "the server is full"),
        ('{"uid": "b", "status": "ERROR", "message": "no model"}', "the server failed: no model"),
        ('{"uid": "b", "message": "DISCONNECT"}', "ends sessions"),
        ('{"segments": "none"}', "a message not of WhisperLive"),
        ("[]", "a message not of WhisperLive"),
    ],
)
def test_refusals_and_failures(wire, message, reason):
    with pytest.raises(ServerError, match=reason):
        wire.heard(message)


def test_a_warning_and_a_language_are_no_events(wire):
    assert wire.heard('{"uid": "b", "status": "WARNING", "message": "slow"}') == []
    assert wire.heard('{"uid": "b", "language": "en", "language_prob": 0.9}') == []
    assert not wire.ready


async def test_a_session(serving):
    got = []

    async def converse(socket):
        got.append(json.loads(await socket.recv()))
        await socket.send(READY)
        got.append(np.frombuffer(await socket.recv(), np.float32).tolist())
        await socket.send(segments(("red", False)))
        await socket.wait_closed()

    async with (
        serving(converse) as url,
        WhisperLive(url, "de", 500, "key", None).open() as talk,
    ):
        with pytest.raises(CannotFlush, match="whisperlive cannot be asked"):
            await talk.flush()
        await talk.send(np.array([0, -32_768, 16_384], np.int16).tobytes())
        event = await anext(aiter(talk))
    assert event.text == "red"
    assert (got[0]["language"], got[0]["model"], got[0]["use_vad"]) == ("de", "small", True)
    assert got[1] == [0.0, -1.0, 0.5]
