"""One bucket, by calls that block: the only file that knows the client. No asyncio.

All calls raise Unavailable for whatever is wrong with the store, Refused if it says no, and
Missing where they say so.
The four that put an object in parts are private in the client, which has no other way to send
parts as they come, and so is the one that lets pages in; its version is pinned for them, and
test_store and test_bucket would tell.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import md5
from http.client import HTTPException
from io import BytesIO
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError

from minio import Minio
from minio.datatypes import Object, Part
from minio.deleteobjects import DeleteObject
from minio.error import MinioException, S3Error
from msgspec import Struct
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError, MaxRetryError

from storage.errors import Missing, Unavailable
from storage.records import Stat
from storage.settings import S3Settings

CONNECTING = 5.0  # seconds at most for one attempt to connect
REASON = 300  # characters of a reason: who is not S3 may answer with a page
PART = 8 << 20  # bytes sent at a time; S3 takes 10,000 parts of 5 MiB or more

OURS = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}
ABSENT = "NoSuchKey"
CORS: dict[str, str | list[str] | tuple[str]] = {"cors": ""}
PAGES = b"""<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin>
<AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD</AllowedMethod>
<AllowedMethod>PUT</AllowedMethod><AllowedHeader>*</AllowedHeader>
<ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>600</MaxAgeSeconds>
</CORSRule></CORSConfiguration>"""
OVER = "NoSuchUpload"  # finished, or aborted by somebody else

RETRY = Retry(
    connect=2,
    read=1,  # the other end has closed a connection that was kept
    status=2,
    status_forcelist=(500, 502, 503, 504),  # after those methods that may be told twice
    backoff_factor=0.1,
    redirect=False,
    raise_on_status=False,
    respect_retry_after_header=False,  # which could be an hour
)


Headers = dict[str, str | list[str] | tuple[str]]  # as the client wants them


class Refused(Unavailable):
    """The store answers, and will not; waiting does not help."""


class Window(Struct, frozen=True):
    """A piece out of an object; `version` names what it was cut from."""

    data: bytes
    version: str


class Begun(Struct, frozen=True):
    """An object on its way in parts. Not in the bucket until it is finished."""

    name: str
    id: str
    at: datetime | None = None


class Bucket:
    def __init__(self, settings: S3Settings, connections: int) -> None:
        url = urlsplit(settings.url)
        self.name = settings.bucket
        self._http = PoolManager(
            maxsize=connections,
            timeout=Timeout(connect=min(CONNECTING, settings.timeout), read=settings.timeout),
            retries=RETRY,
        )
        self._client = Minio(
            url.netloc,
            settings.access_key,
            settings.secret_key,
            secure=url.scheme == "https",
            region=settings.region,
            http_client=self._http,
        )

    def close(self) -> None:
        self._http.clear()

    def make(self) -> None:
        """Unless it is there: then it stays as it is, and so does what it lets pages do."""
        with _told():
            if self._client.bucket_exists(self.name):
                return
            try:
                self._client.make_bucket(self.name)
            except S3Error as error:
                if error.code not in OURS or not self._client.bucket_exists(self.name):
                    raise
            self._let_pages_in()

    def _let_pages_in(self) -> None:
        """Pages send and fetch by signed addresses, which say all that has to be asked; a browser
        also asks the store. One that knows no such rules takes what programs send all the same."""
        digest = b64encode(md5(PAGES, usedforsecurity=False).digest()).decode()
        with suppress(S3Error):
            self._client._execute(
                "PUT", self.name, body=PAGES, headers={"Content-MD5": digest}, query_params=CORS
            )

    def put(self, name: str, data: bytes, content_type: str) -> None:
        """All of it in one request: no more than PART bytes."""
        with _told():
            self._client.put_object(
                self.name, name, BytesIO(data), len(data), content_type, part_size=PART
            )

    def window(self, name: str, start: int, length: int, version: str = "") -> Window | None:
        """At most `length` bytes from `start` on; None: it ends before. Raises Missing.

        version: raises Unavailable when it has been replaced since.
        """
        asked: Headers = {"If-Match": version} if version else {}
        with _told():
            try:
                answer = self._client.get_object(self.name, name, start, length, asked)
            except S3Error as error:
                if error.code == "InvalidRange":
                    return None
                raise
            try:
                return Window(answer.read(), answer.headers.get("etag", ""))
            finally:
                answer.close()
                answer.release_conn()

    def stat(self, name: str) -> Stat:
        """Raises Missing."""
        with _told():
            return _stat(self._client.stat_object(self.name, name))

    def stats(self, prefix: str) -> Iterator[Stat]:
        """Asks the store for more as it is asked for more."""
        with _told():
            for found in self._client.list_objects(self.name, prefix, recursive=True):
                yield _stat(found)

    def delete(self, names: Sequence[str]) -> None:
        """A thousand at most. No matter which of them are there."""
        with _told():
            asked = [DeleteObject(name) for name in names]
            for error in self._client.remove_objects(self.name, asked):
                if error.code != ABSENT:
                    raise Unavailable(f"the object store keeps {error.name}: {error.code}")

    def begin(self, name: str, content_type: str) -> Begun:
        with _told():
            headers: Headers = {"Content-Type": content_type}
            return Begun(name, self._client._create_multipart_upload(self.name, name, headers))

    def part(self, begun: Begun, number: int, data: bytes) -> Part:
        """number: from 1 on. All but the last have at least 5 MiB."""
        with _told():
            tag = self._client._upload_part(self.name, begun.name, data, None, begun.id, number)
            return Part(number, tag)

    def finish(self, begun: Begun, parts: Sequence[Part]) -> None:
        with _told():
            done = self._client._complete_multipart_upload(
                self.name, begun.name, begun.id, list(parts)
            )
        if not done.etag:  # an error that comes with status 200, as S3 has it for this one call
            raise Unavailable(f"the object store did not put {begun.name} together")

    def abort(self, begun: Begun) -> None:
        """Nothing happens when it is over already."""
        with _told():
            try:
                self._client._abort_multipart_upload(self.name, begun.name, begun.id)
            except S3Error as error:
                if error.code != OVER:
                    raise

    def begun(self, prefix: str) -> Sequence[Begun]:
        """Of those under way, the thousand whose names come first."""
        with _told():
            found = self._client._list_multipart_uploads(self.name, prefix=prefix).uploads
            return [Begun(it.object_name, it.upload_id or "", it.initiated_time) for it in found]


def _stat(found: Object) -> Stat:
    if found.object_name is None or found.last_modified is None:
        raise Unavailable("the object store says nothing of when an object was put")
    return Stat(found.object_name, found.size or 0, found.last_modified)


@contextmanager
def _told() -> Iterator[None]:
    """Inside, what the client raises becomes an error of ours, without addresses and keys."""
    try:
        yield
    except S3Error as error:
        if error.code == ABSENT:
            raise Missing(f"no object {error.object_name}") from error
        told = f"{error.code}: {error.message}"
        if error.response.status < 500:
            raise Refused(f"the object store refuses: {told}") from error
        raise Unavailable(f"the object store fails: {told}") from error
    except MaxRetryError as error:
        raise Unavailable(f"the object store is away: {_reason(error.reason or error)}") from error
    except (MinioException, HTTPError, HTTPException, OSError, ParseError, UnicodeError) as error:
        raise Unavailable(f"the object store is away: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return str(error)[:REASON] or type(error).__name__
