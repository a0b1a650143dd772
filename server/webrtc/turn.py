"""What publishers are told of STUN and TURN servers. Pure: the time is passed in.

Credentials are those of coturn's `use-auth-secret`: a name with the second of its end, and an
HMAC of that name. Nothing is kept of them, and the secret itself is told to nobody.
"""

import base64
import hmac


def links(servers: tuple[str, ...], secret: bytes | None, ttl: int, now: float) -> list[str]:
    """A value of `Link` for each server (RFC 9725, 4.6)."""
    return [_link(url, secret, int(now) + ttl) for url in servers]


def credential(secret: bytes, name: str) -> str:
    digest = hmac.digest(secret, name.encode(), "sha1")
    return base64.b64encode(digest).decode()


def _link(url: str, secret: bytes | None, expires: int) -> str:
    link = f'<{url}>; rel="ice-server"'
    if secret is None or not url.startswith(("turn:", "turns:")):
        return link
    name = f"{expires}:captionflow"
    return (
        f'{link}; username="{name}"; credential="{credential(secret, name)}"'
        '; credential-type="password"'
    )
