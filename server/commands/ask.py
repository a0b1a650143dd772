"""A server's HTTP answers, for commands that need a few of them. Knows paths, not meanings."""

import asyncio
import json
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from captionflow import ServerError

TIMEOUT = 10.0  # seconds for one answer
EVERY = 0.1  # seconds between two looks at a session that is not ready
OVER = ("ready", "failed")


def address(url: str, path: str) -> str:
    """The HTTP address of a path for a server's address as users give it."""
    parts = urlsplit(url)
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    return urlunsplit((scheme, parts.netloc, path, "", ""))


def session_address(url: str, id: str) -> str:
    return address(url, f"/v1/sessions/{id}")


async def session(url: str, id: str) -> dict[str, Any]:
    """The record of a session. Raises ServerError."""
    answer: dict[str, Any] = json.loads(await asyncio.to_thread(_get, session_address(url, id)))
    return answer


async def text(url: str, path: str) -> str:
    """A text that the server renders. Raises ServerError."""
    return (await asyncio.to_thread(_get, address(url, path))).decode()


async def finished(url: str, id: str, limit: float) -> dict[str, Any]:
    """The record once recording and transcript are stored, or have failed. Raises ServerError."""
    deadline = time.monotonic() + limit
    while (record := await session(url, id))["state"] not in OVER:
        if time.monotonic() > deadline:
            raise ServerError("stalled", f"session {id} is {record['state']} after {limit:g} s")
        await asyncio.sleep(EVERY)
    return record


def _get(where: str) -> bytes:
    try:
        with urllib.request.urlopen(where, timeout=TIMEOUT) as answer:
            body: bytes = answer.read()
            return body
    except urllib.error.HTTPError as error:
        with error:
            raise ServerError("refused", f"{where} answers {error.code} {error.reason}") from None
    except OSError as error:
        raise ServerError("unreachable", f"cannot reach {where}: {error}") from None
