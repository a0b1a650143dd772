"""What a browser is told of a file besides its content: what it may load, do and be put into.

Pure, and for our own pages and modules only; routes with data have no need of it.
"""

from collections.abc import Mapping, Sequence

from server.pages.paths import VIEWER

ALWAYS = {
    "cache-control": "no-cache",  # asked about each time, and answered by 304
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(self), display-capture=(self)",
}
OURS = {"cross-origin-resource-policy": "same-origin"}
SHARED = {
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
}
"""Modules that pages of other sites may import."""


def headers(name: str, stores: Sequence[str]) -> Mapping[str, str]:
    """For the file of this name. stores: origins that take uploads directly."""
    reach = SHARED if name.startswith("browser/") else OURS
    return ALWAYS | reach | {"content-security-policy": content(stores, framed=name == VIEWER)}


def content(stores: Sequence[str], framed: bool) -> str:
    """The content security policy. framed: the page may be a part of any other."""
    allowed = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "media-src": "'self' blob:",
        "connect-src": " ".join(("'self' ws: wss:", *stores)),
        "worker-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "*" if framed else "'none'",
    }
    return "; ".join(f"{what} {sources}" for what, sources in allowed.items())
