"""How much a client may say; what it may say is in test_stream.py."""

from server.conversation.reader import Bucket


def test_a_bucket_fills_again_with_time() -> None:
    bucket = Bucket(rate=2, burst=3, now=0.0)
    assert [bucket.take(0.0) for _ in range(4)] == [True, True, True, False]
    bucket = Bucket(rate=2, burst=3, now=0.0)
    assert all(bucket.take(second / 2) for second in range(100))
