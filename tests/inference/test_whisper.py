"""Real weights on the shipped recording. Its contract as a model is in test_engine.py."""

from statistics import median

import jiwer
import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from benchmarks.speech.normalise import tokens
from inference.models import folder
from inference.settings import ModelSettings
from inference.types import FRAME, SAMPLE_RATE, Options, Urgency, Window, text_of
from inference.whisper import Whisper
from streaming.agreement import spoken
from streaming.filters import Speech, keep

pytestmark = pytest.mark.slow

EN = Options("en")
F, L, B = Urgency.FINAL, Urgency.LOOK, Urgency.BATCH


@pytest.fixture(scope="session")
def heard(tiny, dialogue, parts):
    """The hypotheses of the closing passes over the whole recording."""
    windows = [Window(start, dialogue[start:end], F, EN) for start, end in parts]
    return [outcome for window in windows for outcome in tiny.transcribe([window])]


@pytest.fixture
def opening(dialogue):
    return dialogue[: 5 * SAMPLE_RATE]


def test_few_words_are_wrong(heard, reference):
    text = " ".join(text_of(each.words) for each in heard)
    wrong = jiwer.wer(" ".join(tokens(text_of(reference))), " ".join(tokens(text)))
    assert wrong < 0.10
    assert all(each.avg_logprob > -0.5 and each.compression < 2.2 for each in heard)


def test_words_are_where_they_were_spoken(heard, reference):
    found = [word for each in heard for word in each.words]
    ours, theirs = ([spoken(w.text) for w in words] for words in (found, reference))
    off = [
        (abs(found[i].start - reference[j].start), abs(found[i].end - reference[j].end))
        for i, j in (
            (block.src_start + k, block.dest_start + k)
            for block in Levenshtein.opcodes(ours, theirs)
            if block.tag == "equal"
            for k in range(block.src_end - block.src_start)
        )
    ]
    assert len(off) > 0.8 * len(reference)
    starts, ends = zip(*off, strict=True)
    assert median(starts) < 0.3 * SAMPLE_RATE and median(ends) < 0.3 * SAMPLE_RATE
    assert sorted(starts)[int(0.9 * len(starts))] < 0.6 * SAMPLE_RATE


def test_the_clock_of_the_words_is_the_sessions(tiny, opening):
    at = 1_000_000
    (near,), (far,) = (tiny.transcribe([Window(s, opening, F, EN)]) for s in (0, at))
    assert [(w.text, w.start + at) for w in near.words] == [(w.text, w.start) for w in far.words]


def test_rows_of_a_batch_are_heard_like_single_ones(tiny, dialogue):
    starts = [second * SAMPLE_RATE for second in (0, 9, 19, 28, 37)]
    for urgency in (F, L, B):
        windows = [Window(s, dialogue[s : s + 64_000], urgency, EN) for s in starts]
        assert len({tiny.kind(window) for window in windows}) == 1
        together = tiny.transcribe(windows)
        alone = [tiny.transcribe([window])[0] for window in windows]
        assert [text_of(h.words) for h in together] == [text_of(h.words) for h in alone]


def test_rows_that_are_encoded_together_are_heard_like_rows_encoded_apart(tiny, dialogue):
    together = Whisper(folder("tiny.en"), ModelSettings(name="tiny.en", workers=1, threads=2))
    assert tiny.one_core and not together.one_core
    lengths = (4, 6, 5, 3)  # seconds
    windows = [Window(0, dialogue[: n * SAMPLE_RATE], B, EN) for n in lengths]
    assert len({tiny.kind(window) for window in windows}) == 1
    one, other = (model.transcribe(windows) for model in (tiny, together))
    assert [text_of(h.words) for h in one] == [text_of(h.words) for h in other]


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.5, 3.0, 12.0])
@pytest.mark.parametrize("urgency", [F, L])
@pytest.mark.parametrize("level", [0.0, 0.003])
def test_silence_leaves_nothing_after_the_filters(tiny, seconds, urgency, level):
    count = int(seconds * SAMPLE_RATE)
    hush = np.random.default_rng(7).normal(0, level, count).astype(np.float32)
    (heard,) = tiny.transcribe([Window(0, hush, urgency, EN)])
    assert keep(heard, Speech(0, [0.02] * (count // FRAME))).words == ()


def test_speech_passes_the_filters(tiny, opening):
    (heard,) = tiny.transcribe([Window(0, opening, F, EN)])
    kept = keep(heard, Speech(0, [0.9] * (len(opening) // FRAME)))
    assert kept.words == heard.words and kept.dropped == {}


@pytest.mark.parametrize(
    "terms", [("Emma", "landlord"), tuple(f"longer term number {i}" for i in range(300))]
)
def test_hotwords_are_context_and_not_text(tiny, opening, terms):
    (heard,) = tiny.transcribe([Window(0, opening, F, Options("en", hotwords=terms))])
    assert tokens(text_of(heard.words))[:3] == ["good", "morning", "everyone"]


def test_a_term_that_nobody_says_is_not_written(tiny, dialogue):
    options = Options("en", hotwords=("Bhattacharya",))
    (heard,) = tiny.transcribe([Window(0, dialogue[: 8 * SAMPLE_RATE], F, options)])
    assert "bhattacharya" not in text_of(heard.words).casefold()


def test_windows_with_prompts_of_another_length_are_of_another_kind(tiny, opening):
    plain = Window(0, opening, F, EN)
    terms = Window(0, opening, F, Options("en", hotwords=("Emma",)))
    assert tiny.kind(plain) != tiny.kind(terms)
    assert tiny.kind(plain) != tiny.kind(Window(0, np.tile(opening, 3), F, EN))


def test_what_looks_wrong_is_tried_again_and_speech_is_not(tiny, opening):
    tone = (0.3 * np.sin(np.arange(2 * SAMPLE_RATE) * 0.2)).astype(np.float32)
    for urgency in (F, L):
        heard = [tiny.transcribe([Window(0, audio, urgency, EN)])[0] for audio in (tone, opening)]
        assert [each.second_try for each in heard] == [True, False]


def test_the_longest_window_is_heard_to_its_end(tiny, dialogue):
    end = 24 * SAMPLE_RATE
    (heard,) = tiny.transcribe([Window(0, dialogue[:end], F, EN)])
    assert heard.words[-1].end > end - 3 * SAMPLE_RATE
    assert len(heard.words) > 50


def test_english_weights_know_one_language(tiny, opening):
    assert tiny.languages == {"en"} and not tiny.multilingual
    (heard,) = tiny.transcribe([Window(0, opening, F, Options(None))])
    assert (heard.language, heard.language_probability) == ("en", 1.0)


def test_many_languages_are_told_apart(base, dialogue):
    assert {"en", "de", "fr", "zh"} < base.languages
    windows = [Window(s, dialogue[s : s + 64_000], F, Options(None)) for s in (0, 20 * SAMPLE_RATE)]
    for heard in base.transcribe(windows):
        assert heard.language == "en" and heard.language_probability > 0.8
        assert len(heard.words) > 5


def test_a_language_that_is_given_is_not_detected(base, opening):
    (heard,) = base.transcribe([Window(0, opening, F, Options("de"))])
    assert (heard.language, heard.language_probability) == ("de", 1.0)


def test_warming_up_changes_nothing(tiny, opening):
    (before,) = tiny.transcribe([Window(0, opening, F, EN)])
    tiny.warm()
    (after,) = tiny.transcribe([Window(0, opening, F, EN)])
    assert before == after
