"""The quick models at their ports."""

import numpy as np

from benchmarks.chaos import talk
from benchmarks.chaos.model import LANGUAGES, NAME, Loudness, Tones, models
from inference.types import FRAME, Urgency, Window
from inference.vad import CONTEXT, Run
from tests.server.shared import settings_for


def test_a_window_is_heard_on_the_clock_of_its_session():
    made = talk.make("a", 5)
    one = made.utterances[0]
    start = one.start // FRAME * FRAME
    audio = made.samples[start : one.end + 8000].astype(np.float32) / 32_768
    (answer,) = Tones().transcribe([Window(start, audio, Urgency.FINAL)])
    assert "".join(word.text for word in answer.words).strip() == one.text
    assert answer.words[0].start == one.start


def test_tones_are_speech_and_the_quiet_between_is_not():
    made = talk.make("a", 5)
    one = made.utterances[0]
    samples = made.samples.astype(np.float32) / 32_768
    loud, quiet = samples[one.start : one.start + FRAME], samples[:FRAME]
    frames = np.stack([np.concatenate([quiet[:CONTEXT], each]) for each in (quiet, loud)])
    state = np.zeros((2, 1, 128), np.float32)
    (heard,) = Loudness().hear([Run(frames, state)])
    assert heard.likelihoods[0] < 0.01 and heard.likelihoods[1] > 0.9


def test_the_quick_model_has_a_name(tmp_path):
    model, languages = models(settings_for(tmp_path, "", model={"name": NAME}))
    assert isinstance(model, Tones) and languages == LANGUAGES
