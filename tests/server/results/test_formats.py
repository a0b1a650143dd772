import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.results.formats import MEDIA_TYPES, About, render
from server.results.layout import Line

ABOUT = About(session="s1", duration=3723.0004, language="en", model="base")
ADA = Line(
    0.5,
    2.0,
    "Is 3 < 4 & 5 --> 4?",
    (
        (" Is", 0.5, 0.7, 0.9),
        (" 3", 0.7, 0.9, 0.8),
        (" <", 0.9, 1.1, 0.7),
        (" 4", 1.1, 1.3, 0.9),
        (" &", 1.3, 1.5, 0.9),
        (" 5", 1.5, 1.6, 0.9),
        (" -->", 1.6, 1.8, 0.9),
        (" 4?", 1.8, 2.0, 0.9),
    ),
    speaker="Ada <1>\n",
    language="en",
)
BOB = Line(3661.0, 3662.5, " Yes, it is. ", speaker="Bob")
LATER = Line(3664.0, 3665.5, "Of course.", speaker="Bob")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("txt", "Ada <1>\n: Is 3 < 4 & 5 --> 4?\nBob: Yes, it is.\nOf course.\n"),
        (
            "srt",
            "1\n00:00:00,500 --> 00:00:02,000\nAda <1>: Is 3 < 4 & 5 -> 4?\n\n"
            "2\n01:01:01,000 --> 01:01:02,500\nBob: Yes, it is.\n\n"
            "3\n01:01:04,000 --> 01:01:05,500\nOf course.\n",
        ),
        (
            "vtt",
            "WEBVTT\n\n"
            "00:00:00.500 --> 00:00:02.000\n<v Ada &lt;1&gt;>Is 3 &lt; 4 &amp; 5 --&gt; 4?\n\n"
            "01:01:01.000 --> 01:01:02.500\n<v Bob>Yes, it is.\n\n"
            "01:01:04.000 --> 01:01:05.500\n<v Bob>Of course.\n",
        ),
    ],
)
def test_a_file_looks_like_this(kind, expected):
    assert render(kind, [ADA, BOB, LATER], ABOUT) == expected


def test_a_long_name_has_a_row_of_its_own_in_srt():
    line = Line(0, 3, "Good morning, everyone, welcome to the sea", speaker="Ada")
    assert "\nAda:\nGood morning," in render("srt", [line], ABOUT)


def test_the_json_is_the_whole_transcript():
    whole = json.loads(render("json", [ADA, BOB], ABOUT))
    segments = whole.pop("segments")
    assert whole == {
        "session": "s1",
        "duration": 3723.0,
        "language": "en",
        "model": "base",
        "text": "Is 3 < 4 & 5 --> 4?\nYes, it is.",
    }
    assert [segment["id"] for segment in segments] == [0, 1]
    assert segments[0]["words"][1] == {"word": "3", "start": 0.7, "end": 0.9, "confidence": 0.8}
    assert segments[0]["confidence"] == 0.8625
    assert segments[1] == {
        "id": 1,
        "start": 3661.0,
        "end": 3662.5,
        "text": "Yes, it is.",
        "speaker": "Bob",
        "language": None,
        "confidence": None,
        "words": [],
    }


@pytest.mark.parametrize(("kind", "expected"), [("txt", ""), ("srt", ""), ("vtt", "WEBVTT\n")])
def test_silence_is_a_valid_file(kind, expected):
    assert render(kind, [], ABOUT) == expected


def test_every_format_has_a_media_type():
    for kind in MEDIA_TYPES:
        assert isinstance(render(kind, [BOB], ABOUT), str)


anything = st.text(max_size=80)


@given(st.lists(st.builds(Line, st.floats(0, 50), st.floats(50, 99), anything, speaker=anything)))
def test_no_text_can_break_a_subtitle_file(lines):
    for kind in ("srt", "vtt"):
        blocks = render(kind, lines, ABOUT).removeprefix("WEBVTT\n").strip("\n").split("\n\n")
        for block in filter(None, blocks):
            rows = block.split("\n")
            times = rows[1 if kind == "srt" else 0]
            assert [row for row in rows if "-->" in row] == [times]
            assert all(row.strip() for row in rows)
            assert len(rows) <= (5 if kind == "srt" else 3)
