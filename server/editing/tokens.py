"""The token of a download, and what is kept of it. Pure; randomness is passed in.

A token is as long as a key, so what its plain hash gives away is of no use.
"""

import base64
import hashlib

SIZE = 32  # bytes of randomness


def token(random: bytes) -> str:
    """Random bytes as a part of an address."""
    return base64.urlsafe_b64encode(random).rstrip(b"=").decode()


def digest(token: str) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def filename(session: str, artifact: str) -> str:
    """What a browser saves an artifact as."""
    name = artifact if "." in artifact else f"{artifact}.flac"
    return f"{session}-{name}"
