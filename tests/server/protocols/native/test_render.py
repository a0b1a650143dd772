"""How events look on the wire."""

from typing import Any

import msgspec
import pytest

from inference.types import Options, Word
from server.protocols.native.render import Renderer
from server.protocols.native.requests import View
from streaming import events

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
    renderer = Renderer(lambda: View(words=False), lambda _, at: at * 2)
    rendered = renderer.render(7, event)
    assert rendered is not None
    assert msgspec.json.decode(rendered) == {**message, "seq": 7}


def test_words_are_shown_to_those_who_want_them() -> None:
    rendered = Renderer(View, lambda _, at: at).render(1, events.Revised(3, WORDS))
    assert rendered is not None
    revised = msgspec.json.decode(rendered)
    assert (revised["type"], revised["text"]) == ("revise", "Good day")
    assert revised["words"][0] == {"word": " Good", "start": 0.1, "end": 0.2, "confidence": 0.912}


def test_captions_are_counted_and_say_how_much_is_certain() -> None:
    renderer = Renderer(View, lambda _, at: at)
    for rev in (1, 2):
        rendered = renderer.render(None, events.Caption(0, WORDS[:1], WORDS[1:], 1600))
        assert rendered is not None
        caption = msgspec.json.decode(rendered)
        assert (caption["rev"], caption["text"], caption["stable"]) == (rev, "Good day", 4)
        assert (caption["start"], caption["end"]) == (0.1, 0.3) and "seq" not in caption
    hidden = Renderer(lambda: View(partials=False), lambda _, at: at)
    assert hidden.render(None, events.Caption(0, WORDS, (), 0)) is None
