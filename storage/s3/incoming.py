"""An object on its way into a bucket: in one request if it is small, else in parts. Blocks."""

import hashlib
from threading import Lock

from minio.datatypes import Part

from storage.errors import Unavailable
from storage.s3.bucket import PART, Begun, Bucket


class Incoming:
    """Methods raise Unavailable.

    One at a time, also when whoever began one has been cancelled and does not wait for its end.
    digest: the SHA-256 of the `bytes` that were written.
    """

    def __init__(self, bucket: Bucket, name: str, content_type: str) -> None:
        self._bucket = bucket
        self._name = name
        self._content_type = content_type
        self._begun: Begun | None = None
        self._parts: list[Part] = []
        self._turn, self._over = Lock(), False
        self.bytes, self.digest = 0, hashlib.sha256()

    def write(self, lot: bytes) -> None:
        """PART bytes, or the last, which are fewer and may be none."""
        with self._turn:
            if self._over:
                raise Unavailable("given up")
            self.bytes += len(lot)
            self.digest.update(lot)
            if self._begun is None and len(lot) < PART:
                self._bucket.put(self._name, lot, self._content_type)
            elif lot:
                self._send(lot)

    def become(self) -> None:
        with self._turn:
            if self._begun is not None:
                self._bucket.finish(self._begun, self._parts)

    def discard(self) -> None:
        with self._turn:
            self._over = True
            if self._begun is not None:
                self._bucket.abort(self._begun)

    def _send(self, lot: bytes) -> None:
        if self._begun is None:
            self._begun = self._bucket.begin(self._name, self._content_type)
        self._parts.append(self._bucket.part(self._begun, len(self._parts) + 1, lot))
