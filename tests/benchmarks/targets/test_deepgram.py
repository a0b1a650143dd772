"""What a server of Deepgram's protocol says, as it was recorded, and a session with one."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from captionflow import ServerError
from captionflow.protocol import Ended, Final, Partial, Word

from benchmarks.targets.deepgram import Deepgram, DeepgramWire


def results(text, start=0.0, duration=1.0, words=(), **flags):
    said = {"transcript": text, "confidence": 0.9, "words": list(words)}
    message = {"type": "Results", "start": start, "duration": duration}
    return json.dumps(message | {"channel": {"alternatives": [said]}} | flags)


@pytest.fixture
def wire():
    return DeepgramWire()


def test_a_recorded_conversation(wire, recorded, told):
    events = told(wire, recorded("deepgram"))
    finals = [event for event in events if isinstance(event, Final)]
    assert [(final.text, final.start, final.end, final.endpoint) for final in finals] == [
        ("Good morning, everyone. Thanks for joining.", 0.0, 2.64, True),
        (
            "Shall we start with the office move? and then go through the budget? "
            "Good morning. Morning. Yes, that works for me.",
            3.54,
            9.86,
            True,
        ),
    ]
    assert all(len(final.words) == len(final.text.split()) for final in finals)
    assert isinstance(events[-1], Ended)
    assert sum(isinstance(event, Ended) for event in events) == 1


def test_a_segment_is_an_utterance_and_its_final_results_are_fixed(wire):
    (first,) = wire.heard(results("red fox", 0.5, 1.0))
    assert (first.text, first.stable, first.start, first.end) == ("red fox", 0, 0.5, 1.5)
    (second,) = wire.heard(results("red fox", 0.5, 1.0, is_final=True))
    assert (second.text, second.stable) == ("red fox", 7)
    (third,) = wire.heard(results("old", 1.5, 0.5))
    assert (third.text, third.stable) == ("red fox old", 7)
    (final,) = wire.heard(results("old oak", 1.5, 1.0, is_final=True, speech_final=True))
    assert final == Final(1, 0, 0.5, 2.5, "red fox old oak", endpoint=True)
    assert wire.heard(results("wet", 3.0))[0].seg == 1


def test_what_an_interim_showed_beyond_a_final_result_stays(wire):
    wire.heard(results("red fox old"))
    (event,) = wire.heard(results("red fox", is_final=True))
    assert (event.text, event.stable) == ("red fox old", 7)
    assert wire.heard(results("old")) == []


def test_an_interim_that_the_final_result_denies_is_gone(wire):
    wire.heard(results("red box old"))
    (event,) = wire.heard(results("red fox", is_final=True))
    assert (event.text, event.stable) == ("red fox", 7)


def test_an_empty_result_at_a_pause_ends_the_utterance(wire):
    wire.heard(results("red", is_final=True))
    (final,) = wire.heard(results("", is_final=True, speech_final=True))
    assert (final.text, final.endpoint) == ("red", True)
    assert wire.heard(results("", is_final=True, speech_final=True)) == []
    assert wire.heard(results("")) == []


def test_a_result_that_was_asked_for_ends_the_utterance(wire):
    assert wire.flush() == ['{"type":"Finalize"}']
    (final,) = wire.heard(results("red", is_final=True, from_finalize=True))
    assert (final.text, final.endpoint) == ("red", True)


def test_words_have_their_punctuation(wire):
    heard = {"word": "fox", "start": 0.1, "end": 0.4, "confidence": 0.8, "punctuated_word": "Fox."}
    (final,) = wire.heard(results("Fox.", words=[heard], is_final=True, speech_final=True))
    assert final.words == (Word(" Fox.", 0.1, 0.4, 0.8),)


def test_metadata_ends_the_session_after_the_client_did(wire):
    assert wire.heard('{"type": "Metadata"}') == []
    wire.audio(bytes(3200))
    wire.heard(results("red", is_final=True))
    assert wire.ending() == ['{"type":"CloseStream"}']
    final, ended = wire.heard('{"type": "Metadata"}')
    assert (final.text, final.endpoint, ended.duration) == ("red", False, 0.1)


def test_so_does_a_close_without_metadata(wire):
    assert wire.quiet(float("inf")) == []
    wire.ending()
    assert wire.quiet(60.0) == []
    assert [type(event) for event in wire.quiet(float("inf"))] == [Ended]


def test_other_messages_and_failures(wire):
    assert wire.heard('{"type": "SpeechStarted", "timestamp": 1.0}') == []
    with pytest.raises(ServerError, match="no more"):
        wire.heard('{"type": "Error", "description": "no more"}')
    with pytest.raises(ServerError, match="not Deepgram's"):
        wire.heard('{"type": "Results", "start": "soon"}')
    with pytest.raises(ServerError, match="not Deepgram's"):
        wire.heard("hello")


async def test_a_session(serving):
    got = []

    async def converse(socket):
        got.append(urlsplit(socket.request.path))
        got.append(socket.request.headers["Authorization"])
        async for message in socket:
            got.append(message)
            if "CloseStream" in str(message):
                await socket.send(results("red", is_final=True, speech_final=True))
                await socket.send('{"type": "Metadata"}')

    async with serving(converse) as url, Deepgram(url, "en", 700, "key", "nova").open() as talk:
        await talk.send(b"")
        await talk.send(b"12")
        await talk.flush()
        await talk.end()
        texts = [event.text async for event in talk if isinstance(event, Partial | Final)]
    assert texts == ["red"]
    asked = parse_qs(got[0].query)
    assert got[0].path == "/v1/listen"
    assert (asked["endpointing"], asked["interim_results"]) == (["700"], ["true"])
    assert (asked["sample_rate"], asked["model"], asked["language"]) == (
        ["16000"],
        ["nova"],
        ["en"],
    )
    assert got[1:3] == ["Token key", b"12"]
    assert [json.loads(message)["type"] for message in got[3:]] == ["Finalize", "CloseStream"]
