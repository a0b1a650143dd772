"""Objects in a bucket of an S3 store. Decides what is asked of it; bucket.py asks."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from storage.errors import Missing, Unavailable
from storage.keys import checked, checked_prefix, checked_type, is_key
from storage.pieces import PIECE, lots, of_bytes, of_file
from storage.records import Blob, Signed, Stat
from storage.s3.bucket import PART, Begun, Bucket, Refused, Window
from storage.s3.calls import Calls, calling
from storage.s3.incoming import Incoming
from storage.s3.signing import Signer, attachment
from storage.settings import S3Settings

THREADS = 16  # calls under way at most; as many connections are kept
WINDOW = 4 << 20  # bytes asked for at a time: a slow reader holds no connection
SOME = 1000  # objects listed or deleted in one call; S3 allows no more
PAUSE = 0.1  # seconds between two attempts to reach a store that is starting


class S3Objects:
    """The port `Objects`. What lies in the bucket below its prefix is ours alone."""

    def __init__(self, bucket: Bucket, calls: Calls, settings: S3Settings) -> None:
        self._bucket = bucket
        self._calls = calls
        self._prefix = settings.prefix
        self._address = f"{settings.public_url}/{settings.bucket}/"
        self._signer = Signer(settings.access_key, settings.secret_key, settings.region)

    async def put_stream(
        self, key: str, pieces: AsyncIterator[bytes], content_type: str, limit: int | None = None
    ) -> Blob:
        incoming = Incoming(self._bucket, self._name(key), checked_type(content_type))
        try:
            async with aclosing(lots(pieces, PART, limit)) as all_lots:
                async for lot in all_lots:
                    await self._calls.run(partial(incoming.write, lot))
            await self._calls.run(incoming.become)
        except BaseException:  # cancelling is one
            with suppress(Unavailable):  # then it is left for tidy
                await self._calls.run(incoming.discard)
            raise
        return Blob(key, content_type, incoming.bytes, incoming.digest.hexdigest())

    async def put_file(self, key: str, path: Path, content_type: str) -> Blob:
        async with aclosing(of_file(path)) as pieces:
            return await self.put_stream(key, pieces, content_type)

    async def put_bytes(self, key: str, data: bytes, content_type: str) -> Blob:
        return await self.put_stream(key, of_bytes(data), content_type)

    async def open(
        self, key: str, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        version, left = "", length
        if length == 0 and await self.stat(key) is None:
            raise Missing(f"no object {key}")
        while left is None or left > 0:
            size = WINDOW if left is None else min(WINDOW, left)
            window = await self._window(key, start, size, version)
            if window is None:
                return
            for begin in range(0, len(window.data), PIECE):
                yield window.data[begin : begin + PIECE]
            if len(window.data) < size:
                return
            start, version = start + size, window.version
            left = None if left is None else left - size

    async def stat(self, key: str) -> Stat | None:
        try:
            found = await self._calls.run(partial(self._bucket.stat, self._name(key)))
        except Missing:
            return None
        return Stat(key, found.bytes, found.modified)

    async def delete(self, key: str) -> None:
        await self.delete_many([key])

    async def delete_many(self, keys: Sequence[str]) -> None:
        names = [self._name(key) for key in keys]
        for begin in range(0, len(names), SOME):
            some = names[begin : begin + SOME]
            await self._calls.run(partial(self._bucket.delete, some))

    async def list(self, prefix: str = "") -> Sequence[str]:
        return sorted([found.key async for found in self.walk(prefix)])

    async def walk(self, prefix: str = "") -> AsyncIterator[Stat]:
        found = self._bucket.stats(self._prefix + checked_prefix(prefix))
        while some := await self._calls.run(lambda: list(islice(found, SOME))):
            for stat in some:
                key = stat.key.removeprefix(self._prefix)
                if is_key(key):
                    yield Stat(key, stat.bytes, stat.modified)

    def signed_put(
        self, key: str, content_type: str, bytes: int, expires: timedelta
    ) -> Signed | None:
        address, now = self._address + self._name(key), _now()
        headers = {"content-type": checked_type(content_type)}
        # Clients send the length by themselves, and browsers let nobody else set it.
        signed = {**headers, "content-length": str(bytes)}
        url = self._signer.sign("PUT", address, now, expires, headers=signed)
        return Signed("PUT", url, headers, now + expires)

    def signed_get(
        self, key: str, expires: timedelta, filename: str | None = None
    ) -> Signed | None:
        address, now = self._address + self._name(key), _now()
        query = {"response-content-disposition": attachment(filename)} if filename else {}
        url = self._signer.sign("GET", address, now, expires, query=query)
        return Signed("GET", url, {}, now + expires)

    async def tidy(self, before: datetime) -> None:
        while found := await self._calls.run(partial(self._bucket.begun, self._prefix)):
            old = [it for it in found if self._is_ours(it) and it.at and it.at < before]
            for begun in old:
                await self._calls.run(partial(self._bucket.abort, begun))
            if len(old) < SOME:
                return

    async def _window(self, key: str, start: int, size: int, version: str) -> Window | None:
        try:
            name = self._name(key)
            return await self._calls.run(partial(self._bucket.window, name, start, size, version))
        except Missing as error:
            raise Missing(f"no object {key}") from error

    def _is_ours(self, begun: Begun) -> bool:
        return is_key(begun.name.removeprefix(self._prefix))

    def _name(self, key: str) -> str:
        return self._prefix + checked(key)


def _now() -> datetime:
    """In whole seconds, as signatures have them."""
    return datetime.now(UTC).replace(microsecond=0)


@asynccontextmanager
async def connected(settings: S3Settings, start_timeout: float) -> AsyncIterator[S3Objects]:
    """The store in the bucket, which is made if need be.

    start_timeout: seconds in which a store that is starting may come up. What it refuses, a
    wrong key say, is told at once. Raises Unavailable.
    """
    bucket = Bucket(settings, THREADS)
    try:
        async with calling(THREADS, settings.timeout) as calls:
            await _made(bucket, calls, start_timeout)
            yield S3Objects(bucket, calls, settings)
    finally:
        bucket.close()


async def _made(bucket: Bucket, calls: Calls, timeout: float) -> None:
    reason: Unavailable | None = None
    try:
        async with asyncio.timeout(timeout):
            while True:
                try:
                    return await calls.run(bucket.make)
                except Refused:
                    raise
                except Unavailable as error:
                    reason = error
                await asyncio.sleep(PAUSE)
    except TimeoutError:
        why = f": {reason}" if reason else ""
        raise Unavailable(f"no object store within {timeout:g} s{why}") from reason
