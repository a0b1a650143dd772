"""The wire, message by message."""

import json

import pytest
from captionflow.protocol import (
    AudioFormat,
    BadEvent,
    End,
    Final,
    Hello,
    Partial,
    Warning,
    Word,
    decode_event,
    encode,
    encode_audio,
    encode_gap,
    seq_of,
    stream_url,
)


def test_audio_is_framed_with_kind_and_position():
    assert encode_audio(0x0102, b"ab") == b"\x01" + b"\0\0\0\0\0\0\x01\x02" + b"ab"


def test_a_gap_carries_its_length():
    assert encode_gap(3, 5) == b"\x02" + (3).to_bytes(8, "big") + (5).to_bytes(8, "big")


def test_hello_leaves_out_what_was_not_asked_for():
    assert json.loads(encode(Hello(audio=AudioFormat()))) == {
        "type": "hello",
        "audio": {"encoding": "pcm_s16le", "rate": 16000, "channels": 1},
        "start": 0,
        "options": {
            "partials": True,
            "words": True,
            "endpoint_ms": 500,
            "hotwords": [],
            "revise": False,
        },
    }


def test_hello_says_what_was_asked_for():
    sent = json.loads(encode(Hello(audio=AudioFormat(rate=8000), language="auto", model="base")))
    assert (sent["language"], sent["model"], sent["audio"]["rate"]) == ("auto", "base", 8000)


def test_end_names_the_whole_length():
    assert json.loads(encode(End(320))) == {"type": "end", "pos": 320}


def test_a_final_with_words_and_fields_of_a_later_version():
    event = decode_event(
        '{"type":"final","seq":5,"seg":0,"start":0.66,"end":2.1,"text":" Good","endpoint":true,'
        '"words":[{"word":" Good","start":0.66,"end":0.81,"confidence":0.9,"tone":"warm"}],'
        '"language":"en","confidence":0.9,"speaker":"A"}'
    )
    assert event == Final(
        seq=5,
        seg=0,
        start=0.66,
        end=2.1,
        text=" Good",
        words=(Word(" Good", 0.66, 0.81, 0.9),),
        language="en",
        confidence=0.9,
        endpoint=True,
    )


def test_an_unknown_event_is_none():
    assert decode_event('{"type":"applause","seq":9}') is None


@pytest.mark.parametrize(
    "message",
    ["", "[]", "{}", '{"type":7}', '{"type":"final"}', '{"type":"partial","seg":"x"}', b"\xff\xfe"],
)
def test_what_is_no_event_is_refused(message):
    with pytest.raises(BadEvent, match="stt.v1"):
        decode_event(message)


def test_only_kept_events_are_numbered():
    assert seq_of(Partial(seg=0, text="a")) is None
    assert seq_of(Warning(code="gap", message="lost 1 s", seq=4)) == 4
    assert seq_of(Warning(code="slow", message="busy")) is None


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("http://127.0.0.1:8080", "ws://127.0.0.1:8080/v1/stream"),
        ("https://captions.example/", "wss://captions.example/v1/stream"),
        ("ws://[::1]:9/v1/stream", "ws://[::1]:9/v1/stream"),
        ("wss://captions.example/behind/proxy?a=1", "wss://captions.example/behind/proxy?a=1"),
    ],
)
def test_addresses(given, address):
    assert stream_url(given) == address


@pytest.mark.parametrize("given", ["", "localhost:8080", "ftp://a", "http://", "/v1/stream"])
def test_what_is_no_address(given):
    with pytest.raises(ValueError, match="not a server address"):
        stream_url(given)


def test_units_follow_the_encoding():
    assert AudioFormat(channels=2).unit == 4
    assert AudioFormat(encoding="mulaw", rate=8000).bytes_per_second == 8000
