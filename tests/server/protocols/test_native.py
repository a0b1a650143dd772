"""The wire of `stt.v1`: what may be said, what may not, and how events look."""

import json
import random
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inference.types import Options, Word
from server.protocols import native
from server.protocols.native import BadMessage, Hello, Renderer, View
from streaming import events

LANGUAGES = frozenset({"en", "de"})

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(10**40), max_value=10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["en", "opus", "pcm_s16le", "mulaw", "auto", "a\0b", "\ud83d\ude00"])
)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)
AUDIO = st.fixed_dictionaries({}, optional={k: leaves for k in ("encoding", "rate", "channels")})
WISHES = st.fixed_dictionaries(
    {},
    optional={
        **{name: leaves for name in ("partials", "words", "revise", "diarize", "translate_to")},
        "endpoint_ms": st.integers(-10, 6000) | leaves,
        "hotwords": st.lists(st.text(max_size=70), max_size=120) | anything,
        "language": leaves,
    },
)
FIELDS = st.fixed_dictionaries(
    {"type": st.sampled_from(["hello", "ack", "flush", "update", "ping", "end", "no"])},
    optional={
        **{
            name: leaves for name in ("seq", "id", "t", "pos", "start", "language", "model", "room")
        },
        "audio": AUDIO | anything,
        "options": WISHES | anything,
        "resume": anything,
        "extra": anything,
    },
)
MESSAGES = (
    FIELDS.map(lambda it: json.dumps(it))
    | anything.map(lambda it: json.dumps(it))
    | st.text()
    | st.binary(max_size=40)
    | st.builds(lambda kind, rest: bytes([kind]) + rest, st.integers(0, 3), st.binary(max_size=20))
)


@settings(max_examples=1500, deadline=None)
@given(MESSAGES)
@example('{"type": "end", "pos": ' + "9" * 5000 + "}")
@example('{"type": "ping", "t": ' + "9" * 40 + "}")
@example('{"type": "flush", "id": "\\ud800"}')
@example("[" * 100_000)
@example('{"type": "hello", "audio": {"rate": 1e300}}')
def test_whatever_is_said_is_understood_or_refused(message: bytes | str) -> None:
    told(message)


def test_ten_thousand_damaged_messages_are_understood_or_refused() -> None:
    chance = random.Random(1)
    whole = [
        {"type": "hello", "audio": {"encoding": "mulaw", "rate": 8000, "channels": 1}},
        {"type": "hello", "options": {"hotwords": ["a"], "endpoint_ms": 500}, "room": "r"},
        {"type": "update", "options": {"language": "de", "partials": False}},
        {"type": "flush", "id": "x"},
        {"type": "end", "pos": 100},
    ]
    texts = [json.dumps(message).encode() for message in whole]
    for _ in range(10_000):
        text = bytearray(chance.choice(texts))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(text))
            text[at : at + chance.randint(0, 2)] = chance.randbytes(chance.randint(0, 2))
        told(text.decode(errors="replace"))
        told(bytes(text))


def told(message: bytes | str) -> None:
    try:
        control = native.parse(message)
        if isinstance(control, Hello):
            native.request(control, LANGUAGES, "base")
        if isinstance(control, native.UpdateMessage):
            native.wishes(control.options, Options(), View(), LANGUAGES)
        if isinstance(control, native.Ping):
            assert msgspec.json.decode(native.pong(control.t))["t"] == control.t
    except BadMessage as bad:
        assert str(bad) and bad.close in range(4400, 4430)
        assert len(str(bad)) <= native.MAX_REASON


def request(**fields: Any) -> native.Request:
    hello = native.parse(json.dumps({"type": "hello", **fields}))
    assert isinstance(hello, Hello)
    return native.request(hello, LANGUAGES, "base")


def test_a_hello_may_say_nothing_more() -> None:
    asked = request()
    assert (asked.format.encoding, asked.format.rate, asked.format.channels) == (
        "pcm_s16le",
        16_000,
        1,
    )
    assert (asked.options, asked.view, asked.endpoint) == (Options(), View(), None)


def test_a_hello_may_say_everything() -> None:
    wishes = {"partials": False, "words": False, "revise": True, "endpoint_ms": 800}
    wishes |= {"hotwords": ["Ünal", "Kubernetes"], "translate_to": "en", "diarize": False}
    asked = request(
        audio={"encoding": "mulaw", "rate": 8000, "channels": 2},
        start=400,
        language="de-CH",
        model="base",
        room="Studio 1",
        options=wishes,
    )
    assert asked.options == Options("de", "translate", ("Ünal", "Kubernetes"))
    assert asked.view == View(partials=False, words=False, revise=True)
    assert (asked.endpoint, asked.start, asked.room) == (12_800, 400, "Studio 1")
    assert request(language="auto").options.language is None
    assert request(audio={"encoding": "opus", "rate": 16_000}).format.rate == 48_000


@pytest.mark.parametrize("milliseconds", [100, 5000])
def test_endpoints_at_the_limits(milliseconds: int) -> None:
    assert request(options={"endpoint_ms": milliseconds}).endpoint == milliseconds * 16


def test_binary_messages() -> None:
    assert native.parse(b"\x01" + bytes(7) + b"\x05abc") == native.Sound(5, b"abc")
    assert native.parse(b"\x02" + bytes(7) + b"\x05" + bytes(7) + b"\x09") == native.Gap(5, 9)
    longest = b"\x01" + bytes(8) + bytes(native.MAX_FRAME)
    assert len(native.parse(longest).data) == native.MAX_FRAME  # type: ignore[union-attr]
    with pytest.raises(BadMessage, match="max_frame"):
        native.parse(longest + b"x")


WORDS = (Word(" Good", 1600, 3200, 0.91234), Word(" day", 3200, 4800, 0.5))
SEGMENT = events.Segment(3, 1600, 4800, WORDS, "en", True, 0.70617)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (events.SpeechStarted(3, 1600), {"type": "speech_start", "seg": 3, "at": 0.1}),
        (events.SpeechEnded(3, 4800), {"type": "speech_end", "seg": 3, "at": 0.3}),
        (events.Flushed("x", 16_000), {"type": "flushed", "id": "x", "pos": 32_000}),
        (events.Ended(16_000), {"type": "ended", "pos": 32_000, "duration": 1.0}),
        (
            events.Failed("engine_failed", "no answer", 0, 1),
            {"type": "error", "code": "engine_failed", "message": "no answer", "fatal": False},
        ),
        (
            events.Updated(Options("de", "translate", ("a",)), 0),
            {
                "type": "updated",
                "options": {
                    "language": "de",
                    "hotwords": ["a"],
                    "translate_to": "en",
                    "partials": True,
                    "words": False,
                    "revise": False,
                },
            },
        ),
        (
            SEGMENT,
            {
                "type": "final",
                "seg": 3,
                "start": 0.1,
                "end": 0.3,
                "text": "Good day",
                "language": "en",
                "confidence": 0.706,
                "endpoint": True,
            },
        ),
    ],
)
def test_events_as_messages(event: events.Event, message: dict[str, Any]) -> None:
    renderer = Renderer(lambda: View(words=False), lambda at: at * 2)
    rendered = renderer.render(7, event)
    assert rendered is not None
    assert msgspec.json.decode(rendered) == {**message, "seq": 7}


def test_words_are_shown_to_those_who_want_them() -> None:
    rendered = Renderer(View, lambda at: at).render(1, events.Revised(3, WORDS))
    assert rendered is not None
    revised = msgspec.json.decode(rendered)
    assert (revised["type"], revised["text"]) == ("revise", "Good day")
    assert revised["words"][0] == {"word": " Good", "start": 0.1, "end": 0.2, "confidence": 0.912}


def test_captions_are_counted_and_say_how_much_is_certain() -> None:
    renderer = Renderer(View, lambda at: at)
    for rev in (1, 2):
        rendered = renderer.render(None, events.Caption(0, WORDS[:1], WORDS[1:], 1600))
        assert rendered is not None
        caption = msgspec.json.decode(rendered)
        assert (caption["rev"], caption["text"], caption["stable"]) == (rev, "Good day", 4)
        assert (caption["start"], caption["end"]) == (0.1, 0.3) and "seq" not in caption
    hidden = Renderer(lambda: View(partials=False), lambda at: at)
    assert hidden.render(None, events.Caption(0, WORDS, (), 0)) is None
