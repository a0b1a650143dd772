import pytest

from server.uploads.announced import (
    Announcement,
    content_type,
    digest_of,
    first_job,
    key_of,
    plain_name,
    session_of,
)
from server.uploads.options import BadWish, Keeping, Wishes
from storage.keys import is_key
from storage.records import Retention, State, Upload
from tests.storage.shared import NOON

SAID = Announcement(kind="upload", filename="a.wav", content_type="audio/wav", bytes=9)
UPLOAD = Upload(key="ann/s1/upload", content_type="audio/wav", bytes=9)


def test_what_was_announced_as_the_record_has_it() -> None:
    assert SAID.upload("ann/s1/upload") == UPLOAD
    upper = Announcement(kind="upload", filename="a", content_type="a/b", bytes=1, sha256="A" * 64)
    assert upper.upload("k").sha256 == "a" * 64
    assert is_key(key_of("local", "s1"))


@pytest.mark.parametrize(("filename", "kind"), [("a\nb", "a/b"), ("a", "a/b\n"), ("a", "\xe9")])
def test_what_cannot_be_stored(filename: str, kind: str) -> None:
    said = Announcement(kind="upload", filename=filename, content_type=kind, bytes=1)
    with pytest.raises(BadWish):
        said.upload("k")


def test_a_type_that_is_not_said() -> None:
    assert content_type("file", None) == content_type("file", "") == "application/octet-stream"


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        ("a.wav", "a.wav"),
        ("/home/ann/a.wav", "a.wav"),
        ("C:\\sounds\\a.wav", "a.wav"),
        ("..", ".."),
        ("a\x00\nb.wav", "ab.wav"),
        ("x" * 999, "x" * 255),
    ],
)
def test_names_of_files(filename: str | None, name: str | None) -> None:
    assert plain_name(filename) == name


def test_the_records_of_an_upload() -> None:
    wishes = Wishes(model="large-v3", language="de", retention=Keeping(recording=0, hold=True))
    session = session_of("s1", "ann", wishes, "a.wav", UPLOAD, State.QUEUED, NOON)
    assert (session.kind, session.model, session.language) == ("upload", "large-v3", "de")
    assert (session.retention, session.hold) == (Retention(recording=0), True)
    job = first_job(session, NOON, "k", "d")
    assert (job.session, job.owner, job.kind, job.queue) == ("s1", "ann", "transcribe", "large")
    assert (job.idempotency_key, job.digest) == ("k", "d")
    assert first_job(session, NOON, None, "d").digest is None
    assert first_job(session, NOON, None, "d").id == job.id


def test_digests_tell_requests_apart() -> None:
    same = {digest_of("jobs", Wishes(language="en"), "a", "b") for _ in range(2)}
    others = {
        digest_of("jobs", Wishes(language="en"), "a", "c"),
        digest_of("jobs", Wishes(language="de"), "a", "b"),
        digest_of("jobs", Wishes(language="en"), "ab", ""),
        digest_of("complete", Wishes(language="en"), "a", "b"),
    }
    assert len(same) == 1 and len(others) == 4 and not same & others
