"""What a hello may ask for, and what it gets."""

import json
from typing import Any

import pytest

from inference.types import Options
from server.protocols.native import messages, requests
from server.protocols.native.messages import Hello
from server.protocols.native.requests import View

LANGUAGES = frozenset({"en", "de"})


def request(**fields: Any) -> requests.Request:
    hello = messages.parse(json.dumps({"type": "hello", **fields}))
    assert isinstance(hello, Hello)
    return requests.request(hello, LANGUAGES, "base")


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
