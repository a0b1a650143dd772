import pytest

from inference.models import UnknownModel
from server.audio.decoding import DecoderLost, Found, TooLong, UnreadableAudio
from server.work.failures import Gone, failure_of
from storage.errors import Missing, Unavailable


@pytest.mark.parametrize(
    ("error", "code", "retry"),
    [
        (UnreadableAudio("no audio in it"), "unreadable_audio", False),
        (TooLong("more than 5 s of audio"), "too_long", False),
        (Gone(), "gone", False),
        (Missing("no object ann/s1/upload"), "gone", False),
        (DecoderLost("killed"), "decoder_lost", True),
        (UnknownModel("large"), "no_model", True),
        (TimeoutError(), "timeout", True),
        (Unavailable("postgresql://ann:secret@db/x is away"), "unavailable", True),
        (OSError("no space left on /srv"), "disk", True),
        (RuntimeError("ann said hello"), "internal", True),
    ],
)
def test_only_what_the_input_is_to_blame_for_is_not_tried_again(
    error: Exception, code: str, retry: bool
) -> None:
    failure = failure_of(error)
    assert (failure.error["code"], failure.retry) == (code, retry)
    message = str(failure.error["message"])
    assert message
    assert not any(it in message for it in ("secret", "/srv", "ann"))


def test_bad_audio_says_what_was_found() -> None:
    found = Found("mp4", "aac", 48_000, 2, 3.0)
    failure = failure_of(TooLong("more than 2 s of audio", found))
    assert failure.error == {
        "code": "too_long",
        "message": "more than 2 s of audio",
        "found": {
            "container": "mp4",
            "codec": "aac",
            "rate": 48_000,
            "channels": 2,
            "seconds": 3.0,
        },
    }


def test_what_is_ours_to_mend_is_for_the_log() -> None:
    assert not failure_of(RuntimeError("x")).known
    assert failure_of(TimeoutError()).known
