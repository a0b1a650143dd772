import pytest

from benchmarks.batch.contenders import Contender
from benchmarks.batch.theirs import opened
from benchmarks.speech.normalise import tokens

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "contender",
    [
        Contender("sequential"),
        Contender("batched", 2),
        Contender("batched", 2, timestamps=True),
    ],
)
def test_a_file_is_heard(job, spoken, contender):
    text = opened(job(contender))(spoken.path)
    assert tokens(text)[:3] == ["good", "morning", "everyone"]
