"""Signatures as the Standard Webhooks specification has them. Pure; knows no address.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
from datetime import datetime

from storage.secret import derived

PREFIX = "whsec_"


def key_of(server_secret: bytes, webhook: str) -> bytes:
    """The webhook's key, of 32 bytes: the same on all nodes, and in no row."""
    return derived(server_secret, "webhook", webhook)


def shown(key: bytes) -> str:
    """The key as its owner is given it."""
    return PREFIX + base64.b64encode(key).decode()


def headers(key: bytes, id: str, body: bytes, now: datetime) -> dict[str, str]:
    """What proves that this body is ours and was sent now; `id` has no dot.

    HMAC-SHA256 of "id.timestamp.body", the timestamp in whole seconds since 1970.
    """
    timestamp = int(now.timestamp())
    signed = f"{id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }
