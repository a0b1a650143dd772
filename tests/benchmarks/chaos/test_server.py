"""Which models a killed server has."""

from benchmarks.chaos.model import LANGUAGES, NAME, Tones
from benchmarks.chaos.server import models
from tests.server.shared import settings_for


def test_the_quick_model_has_a_name(tmp_path):
    model, languages = models(settings_for(tmp_path, "", model={"name": NAME}))
    assert isinstance(model, Tones) and languages == LANGUAGES
