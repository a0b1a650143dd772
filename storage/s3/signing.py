"""Addresses that carry their own permission. Pure: no clock, no client, no store.

AWS Signature Version 4 in the query, docs.aws.amazon.com/AmazonS3/latest/API/
sigv4-query-string-auth.html. The client's own signs no header but the host, so that whoever has
its address may put as much as he likes.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

from msgspec import Struct

SHORTEST, LONGEST = timedelta(seconds=1), timedelta(days=7)  # that S3 takes
DEFAULT_PORTS = {"http": 80, "https": 443}  # which clients leave out of the header `host`


class Signer(Struct, frozen=True):
    access_key: str
    secret_key: str
    region: str

    def __repr__(self) -> str:
        return f"Signer({self.access_key!r})"

    def sign(
        self,
        method: str,
        address: str,
        now: datetime,
        expires: timedelta,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> str:
        """The address with its signature.

        address: scheme, host and path, unquoted. headers: with small letters; the request must
        have just these values. Raises ValueError when it would expire too soon or too late.
        """
        if not SHORTEST <= expires <= LONGEST:
            raise ValueError(f"an address is good for 1 s to 7 days, not {expires}")
        scheme, host, path = _parts(address)
        signed = {"host": host, **(headers or {})}
        time = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{time[:8]}/{self.region}/s3/aws4_request"
        asked = {
            **(query or {}),
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{self.access_key}/{scope}",
            "X-Amz-Date": time,
            "X-Amz-Expires": str(int(expires.total_seconds())),
            "X-Amz-SignedHeaders": ";".join(sorted(signed)),
        }
        whole = "&".join(f"{_quoted(name)}={_quoted(asked[name])}" for name in sorted(asked))
        digest = hashlib.sha256(_canonical(method, path, whole, signed).encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{digest}"
        signature = _hmac(self._key(scope), text).hex()
        return f"{scheme}://{host}{path}?{whole}&X-Amz-Signature={signature}"

    def _key(self, scope: str) -> bytes:
        key = f"AWS4{self.secret_key}".encode()
        for part in scope.split("/"):
            key = _hmac(key, part)
        return key


def attachment(filename: str) -> str:
    """The header that has a browser save what it gets, as RFC 6266 and RFC 8187 write it."""
    plain = "".join(
        it if it.isascii() and it.isprintable() and it not in '"\\' else "_" for it in filename
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _parts(address: str) -> tuple[str, str, str]:
    url = urlsplit(address)
    host = url.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    if url.port and url.port != DEFAULT_PORTS.get(url.scheme):
        host = f"{host}:{url.port}"
    return url.scheme, host, quote(url.path)


def _canonical(method: str, path: str, query: str, headers: Mapping[str, str]) -> str:
    names = sorted(headers)
    lines = [f"{name}:{headers[name].strip()}" for name in names]
    return "\n".join([method, path, query, *lines, "", ";".join(names), "UNSIGNED-PAYLOAD"])


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
