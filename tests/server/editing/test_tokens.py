"""Tokens of downloads."""

import string

from server.editing.tokens import SIZE, digest, filename, token


def test_a_token_fits_into_an_address_and_has_all_its_randomness() -> None:
    one, other = token(bytes(range(SIZE))), token(b"\xff" * SIZE)
    assert one != other
    assert len(one) == 43 and set(one + other) <= set(string.ascii_letters + string.digits + "-_")


def test_its_digest_is_another_thing_and_of_anything() -> None:
    assert digest("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    assert digest("a") != digest("b") and len(digest("\ud800")) == 64


def test_a_file_is_named_after_its_session() -> None:
    assert filename("s1", "recording") == "s1-recording.flac"
    assert filename("s1", "transcript.srt") == "s1-transcript.srt"
