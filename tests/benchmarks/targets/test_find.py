"""Every target by its name."""

import pytest

from benchmarks.targets.address import BadTarget
from benchmarks.targets.find import NAMES, find


def found(name, url="ws://127.0.0.1:9"):
    return find(name, url, language="en", endpoint_ms=500, token=None, model=None)


def test_the_names_are_those_of_the_targets():
    assert NAMES == ("captionflow", "openai", "deepgram", "whisperlive", "whisperlivekit")
    assert tuple(found(name).name for name in NAMES) == NAMES


def test_who_can_be_asked_for_the_end_of_an_utterance_is_known_before_a_session():
    assert [name for name in NAMES if found(name).can_flush] == [
        "captionflow",
        "openai",
        "deepgram",
    ]


def test_an_unknown_name():
    with pytest.raises(BadTarget, match="no target is called 'whisper'; there are captionflow"):
        found("whisper")


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_address_is_said_to_be_one_by_each(name):
    with pytest.raises(BadTarget, match="not a server address: 'localhost:80'"):
        found(name, "localhost:80")
