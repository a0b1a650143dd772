import subprocess
import sys

import numpy as np
import pytest

from inference.types import FRAME, SAMPLE_RATE, Hypothesis, Options, Urgency, Window, Word, text_of


def word(text: str) -> Word:
    return Word(text, 0, 1, 0.5)


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        ([], ""),
        ([" Good", " morning", "."], "Good morning."),
        (["你", "好", "。"], "你好。"),  # no space where the script has none
    ],
)
def test_the_text_of_words_is_what_they_are_joined(texts, line):
    assert text_of(tuple(map(word, texts))) == line


def test_who_ends_goes_before_who_watches_before_who_waits():
    assert sorted(Urgency) == [
        Urgency.FINAL,
        Urgency.EARLY,
        Urgency.LOOK,
        Urgency.BATCH,
    ]


def test_a_frame_is_what_the_voice_model_takes_at_16_khz():
    assert (FRAME, SAMPLE_RATE) == (512, 16_000)


@pytest.mark.parametrize("value", [word("a"), Options(), Hypothesis(())])
def test_values_are_compared_by_content_and_do_not_change(value):
    assert value == type(value)(*(getattr(value, name) for name in value.__struct_fields__))
    with pytest.raises(AttributeError, match="immutable"):
        setattr(value, value.__struct_fields__[0], None)


def test_a_window_needs_nothing_but_audio_and_its_place():
    window = Window(0, np.zeros(FRAME, np.float32), Urgency.LOOK)
    assert window.options == Options()


def test_the_nouns_load_nothing_of_ours_and_no_model():
    script = (
        "import sys, inference.types\n"
        "ours = ('inference.', 'streaming', 'storage', 'server')\n"
        "heavy = ('asyncio', 'ctranslate2', 'onnxruntime', 'av')\n"
        "print(sorted(n for n in sys.modules if n.startswith(ours) or n in heavy))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert found.stdout.strip() == "['inference.types']"
