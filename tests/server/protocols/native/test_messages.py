"""What may be said in `stt.v1` and what may not."""

import json
import random

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inference.types import Options
from server.protocols.native import messages, render, requests
from server.protocols.native.messages import BadMessage, Hello
from server.protocols.native.requests import View

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
        control = messages.parse(message)
        if isinstance(control, Hello):
            requests.request(control, LANGUAGES, "base")
        if isinstance(control, messages.UpdateMessage):
            requests.wishes(control.options, Options(), View(), LANGUAGES)
        if isinstance(control, messages.Ping):
            assert msgspec.json.decode(render.pong(control.t))["t"] == control.t
    except BadMessage as bad:
        assert str(bad) and bad.close in range(4400, 4430)
        assert len(str(bad)) <= messages.MAX_REASON


def test_binary_messages() -> None:
    assert messages.parse(b"\x01" + bytes(7) + b"\x05abc") == messages.Sound(5, b"abc")
    assert messages.parse(b"\x02" + bytes(7) + b"\x05" + bytes(7) + b"\x09") == messages.Gap(5, 9)
    longest = b"\x01" + bytes(8) + bytes(messages.MAX_FRAME)
    assert len(messages.parse(longest).data) == messages.MAX_FRAME  # type: ignore[union-attr]
    with pytest.raises(BadMessage, match="max_frame"):
        messages.parse(longest + b"x")
