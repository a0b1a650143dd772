"""Addresses to which whoever holds them may put one file, where the store has none. Pure."""

import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import urlencode

from storage.records import Session, Signed, Upload
from storage.secret import derived

METHOD = "PUT"


def signed(secret: bytes, base: str, session: Session, upload: Upload, until: datetime) -> Signed:
    """A request to put what `upload` announces. base: this server's address as clients know it."""
    expires = int(until.timestamp())
    query = {"expires": expires, "signature": _signature(secret, session.id, upload, expires)}
    url = f"{base.rstrip('/')}/v1/uploads/{session.id}?{urlencode(query)}"
    at = datetime.fromtimestamp(expires, UTC)
    return Signed(METHOD, url, {"content-type": upload.content_type}, at)


def valid(
    secret: bytes, session: str, upload: Upload, expires: int, signature: str, now: datetime
) -> bool:
    """Whether it is ours, for this very upload, and not over."""
    ours = _signature(secret, session, upload, expires)
    same = hmac.compare_digest(ours.encode(), signature.encode())
    return same and now.timestamp() < expires


def _signature(secret: bytes, session: str, upload: Upload, expires: int) -> str:
    """HMAC-SHA256 (RFC 2104) over all that the request is bound to."""
    facts = (METHOD, session, upload.key, upload.bytes, upload.content_type, expires)
    key = derived(secret, "upload", session)
    told = "\0".join(map(str, facts))
    return hmac.new(key, told.encode(), hashlib.sha256).hexdigest()
