import pytest

from server.audio.decoding import Found, TooLong, UnreadableAudio
from server.audio.decoding import TooLarge as TooManyChannels
from server.routes.problems import Problem
from server.uploads.body import CutOff, Mismatch, TooSlow
from server.uploads.form import BadForm
from server.uploads.options import BadWish
from server.uploads.refusals import told
from storage.errors import TooLarge, Unavailable


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (UnreadableAudio("text"), 422, "unreadable_audio"),
        (TooLong("9 h", Found(seconds=32_400.0)), 413, "too_long"),
        (TooManyChannels("99 channels"), 413, "too_large"),
        (BadForm("cut"), 400, "bad_form"),
        (BadForm("no form", 415, "unsupported_media_type"), 415, "unsupported_media_type"),
        (BadWish("model", "is not here"), 422, "invalid"),
        (Mismatch("bytes", 3, 4), 422, "upload_mismatch"),
        (TooLarge("9 bytes"), 413, "too_large"),
        (TooSlow(), 408, "too_slow"),
        (CutOff(), 400, "cut_off"),
    ],
)
def test_what_is_told(error: Exception, status: int, code: str) -> None:
    with pytest.raises(Problem) as caught, told():
        raise error
    assert (caught.value.status_code, caught.value.code) == (status, code)
    assert caught.value.detail


def test_what_was_found_is_told_too() -> None:
    with pytest.raises(Problem) as caught, told():
        raise TooLong("9 h", Found(container="ogg", seconds=32_400.0))
    assert caught.value.members["found"]["container"] == "ogg"
    with pytest.raises(Problem) as caught, told():
        raise Mismatch("bytes", 3, 4)
    assert caught.value.members == {"field": "bytes", "announced": 3, "found": 4}
    with pytest.raises(Problem) as caught, told("options."):
        raise BadWish("model", "is not here")
    assert caught.value.members["errors"] == [{"field": "options.model", "message": "is not here"}]


def test_others_go_through() -> None:
    with pytest.raises(Unavailable), told():
        raise Unavailable("the database")
