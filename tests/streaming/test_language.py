import pytest

from inference.types import SAMPLE_RATE
from streaming.language import LanguageLock


def told(*windows: tuple[str | None, float, float]) -> LanguageLock:
    """A lock that heard windows of (language, probability, seconds of speech)."""
    lock = LanguageLock(None)
    for language, probability, seconds in windows:
        lock.heard(language, probability, int(seconds * SAMPLE_RATE))
    return lock


@pytest.mark.parametrize(
    ("windows", "locked", "best"),
    [
        ([], None, None),
        ([("en", 0.9, 2)], None, "en"),  # too little speech to be sure
        ([("en", 0.9, 5)], "en", "en"),
        ([("en", 0.9, 2), ("en", 0.9, 3)], "en", "en"),  # windows add up
        ([("en", 0.9, 0.5)] * 20, None, None),  # a guess on half a second is no vote
        ([("en", 0.4, 30)], None, None),  # nor is an unlikely one
        ([("de", 0.9, 3), ("en", 0.9, 6)], None, "en"),  # no clear lead
        ([("de", 0.9, 3), ("en", 0.9, 12)], "en", "en"),
        ([("de", 0.9, 5), ("en", 0.9, 60)], "de", "de"),  # once locked, it stays
        ([(None, 0.9, 60)], None, None),
    ],
)
def test_windows_vote_until_one_language_clearly_leads(windows, locked, best):
    lock = told(*windows)
    assert (lock.locked, lock.best) == (locked, best)


def test_a_language_that_was_given_is_never_voted_on():
    lock = LanguageLock("fr")
    lock.heard("en", 1.0, 60 * SAMPLE_RATE)
    assert (lock.locked, lock.best, lock.votes) == ("fr", "fr", {})
