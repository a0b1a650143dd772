"""A receiver's half of the signature, written from the specification and not from our code."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

TOLERANCE = 5 * 60  # seconds


def verified(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    kind, _, encoded = secret.partition("_")
    assert kind == "whsec"
    id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE:
        return False
    content = b".".join([id.encode(), timestamp.encode(), body])
    mac = hmac.new(base64.b64decode(encoded), content, hashlib.sha256)
    expected = base64.b64encode(mac.digest()).decode()
    versions = (each.partition(",") for each in headers["webhook-signature"].split(" "))
    return any(v == "v1" and hmac.compare_digest(given, expected) for v, _, given in versions)
