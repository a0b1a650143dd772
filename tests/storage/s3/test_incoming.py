import hashlib
import os
from threading import Event, Thread

import pytest

from storage.errors import Missing, Unavailable
from storage.s3.bucket import PART, Bucket
from storage.s3.incoming import Incoming
from storage.settings import S3Settings

DATA = os.urandom(PART + 5)


def test_what_is_small_is_there_with_its_one_request(
    bucket: Bucket, s3_settings: S3Settings
) -> None:
    name = f"{s3_settings.prefix}small"
    incoming = Incoming(bucket, name, "x/y")
    incoming.write(b"abc")
    assert bucket.stat(name).bytes == 3
    incoming.become()
    incoming.discard()
    assert bucket.stat(name).bytes == incoming.bytes == 3


def test_what_is_large_is_there_when_it_is_whole(bucket: Bucket, s3_settings: S3Settings) -> None:
    name = f"{s3_settings.prefix}large"
    incoming = Incoming(bucket, name, "x/y")
    incoming.write(DATA[:PART])
    incoming.write(DATA[PART:])
    with pytest.raises(Missing):
        bucket.stat(name)
    assert [begun.name for begun in bucket.begun(s3_settings.prefix)] == [name]
    incoming.become()
    assert bucket.stat(name).bytes == incoming.bytes == len(DATA)
    assert incoming.digest.digest() == hashlib.sha256(DATA).digest()
    assert bucket.begun(s3_settings.prefix) == []


def test_nothing_is_written_after_it_was_discarded(bucket: Bucket, s3_settings: S3Settings) -> None:
    incoming = Incoming(bucket, f"{s3_settings.prefix}a", "x/y")
    incoming.write(DATA[:PART])
    incoming.discard()
    with pytest.raises(Unavailable, match="given up"):
        incoming.write(DATA[:PART])
    assert list(bucket.stats(s3_settings.prefix)) == bucket.begun(s3_settings.prefix) == []


def test_discarding_waits_for_the_part_that_is_under_way(
    bucket: Bucket, s3_settings: S3Settings
) -> None:
    begun = Event()

    class Telling(Bucket):
        def part(self, *given):  # type: ignore[no-untyped-def]
            begun.set()
            return super().part(*given)

    telling = Telling(s3_settings, connections=2)
    incoming = Incoming(telling, f"{s3_settings.prefix}a", "x/y")
    writing = Thread(target=incoming.write, args=(DATA[:PART],))
    writing.start()
    assert begun.wait(20)
    incoming.discard()
    assert bucket.begun(s3_settings.prefix) == []
    writing.join(20)
    telling.close()
