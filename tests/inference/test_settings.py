import os

import msgspec
import pytest

from inference import bundles
from inference.settings import ModelSettings


def test_the_usual_model_is_one_that_comes_with_the_packages():
    assert ModelSettings().name in bundles.BUNDLED
    assert ModelSettings().device == "cpu"


def test_it_uses_the_cores_it_may_and_no_more():
    usual = ModelSettings()
    assert 1 <= usual.workers * usual.threads <= (os.cpu_count() or 1)


def test_a_setting_that_does_not_exist_is_an_error():
    with pytest.raises(msgspec.ValidationError, match="beem"):
        msgspec.convert({"beem": 3}, ModelSettings)


@pytest.mark.parametrize(("field", "value"), [("workers", "two"), ("beam", 1.5), ("name", 3)])
def test_a_setting_of_another_kind_is_an_error(field, value):
    with pytest.raises(msgspec.ValidationError, match=field):
        msgspec.convert({field: value}, ModelSettings)
