import pytest

from benchmarks.speech.entry import Entry
from benchmarks.uploads.expected import Answer, expected, fault


def entry(expect=None, text="hello", raw=None):
    return Entry("one", "one.wav", text=text, expect=expect, raw_format=raw)


@pytest.mark.parametrize(
    ("expect", "kinds"),
    [
        ("error", {"refused"}),
        ("ok", {"text"}),
        ("ok or error, never a hang", {"text", "refused"}),
        ("error or empty text", {"refused", "empty"}),
        ("empty text or a limit error, bounded memory", {"refused", "empty"}),
        ("partial text or error", {"text", "refused"}),
        ("error or wrong text", {"refused", "text", "empty"}),
        ("same text as ls-to-1", {"text"}),
        ("text of ls-to-1", {"text"}),
        ("same text if one channel is used; a plain downmix hears silence", {"text"}),
        ("a token is spoken", set()),
    ],
)
def test_what_a_manifest_says(expect, kinds):
    assert expected(entry(expect)) == kinds


def test_what_follows_from_the_text_alone():
    assert expected(entry(text="hello")) == {"text"}
    assert expected(entry(text="")) == {"empty"}
    assert expected(entry(text=None)) == {"text", "empty"}
    assert expected(entry("same text as ls-to-1", raw="mulaw")) == {"refused"}


def test_a_fault_names_the_file_and_the_reason():
    assert fault(entry(), Answer("one", "text", 1.0, "anything")) is None
    refused = Answer("one", "refused", 1.0, "", "too_long", "more than a day")
    assert fault(entry("ok or error"), refused) is None
    said = "one is refused, not text: too_long, more than a day"
    assert fault(entry("ok"), refused) == said
    assert fault(entry("error or empty text"), Answer("one", "text", 1.0, "no")) == (
        "one is text, not empty or refused"
    )


@pytest.mark.parametrize("expect", ["error", "ok", "ok or error", None])
def test_nobody_may_be_left_without_an_answer(expect):
    lost = Answer("one", "lost", 1.0, "", "dead", "five attempts")
    assert fault(entry(expect), lost) is not None
