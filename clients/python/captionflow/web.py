"""A server's HTTP, for those who wait in a thread: requests, what refusals mean, and patience.

Knows no path and no meaning. What fails on the way is tried again for a while, so whatever is
asked for here may be asked for twice.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Event
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from captionflow.breakable import Breakable
from captionflow.errors import ServerError

T = TypeVar("T")

FIRST, LONGEST = 0.5, 30.0  # seconds between two attempts: doubled each time
AGAIN = (408, 429, 502, 503, 504)  # answers after which it may go better
LARGEST = 256 << 20  # bytes of an answer; a day of speech with all its words is less
LOST = (OSError, HTTPException)
"""What the connection raises when it fails."""


class Problem(Struct):
    """What a server says of a refusal (RFC 9457)."""

    code: str = ""
    detail: str = ""


class Web:
    """One request at a time, each on a connection of its own. `close` from any thread."""

    def __init__(self, url: str, token: str | None, timeout: float, patience: float) -> None:
        """url: with http, https, ws or wss. timeout: seconds without a byte. patience: seconds
        in which a server may come back."""
        parts = urlsplit(url)
        scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
        if scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not the address of a server: {url!r}")
        self._base = f"{scheme}://{parts.netloc}"
        self._own = {"authorization": f"Bearer {token}"} if token else {}
        self._timeout = timeout
        self._patience = patience
        self._met = False  # the server has answered; before, nobody waits for one that is not there
        self._closed = Event()
        self._way = Breakable()

    def json(self, method: str, path: str, body: object = None) -> bytes:
        """The answer's body, JSON by what servers promise. Raises ServerError."""
        data = b"" if body is None else msgspec.json.encode(body)
        headers = {"content-type": "application/json"} if data else {}
        headers |= {"content-length": str(len(data)), **self._own}

        def ask() -> bytes:
            with self._asked(method, self._base + path, headers, [data] if data else []) as answer:
                return answer.read(LARGEST)

        return self._patiently(ask)

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        size: int,
        pieces: Callable[[], Iterable[bytes]],
    ) -> None:
        """So many bytes to an address that permits it by itself. pieces: all, each time anew; an
        OSError of theirs is taken for the connection's. Raises ServerError."""

        def put() -> None:
            given = {**headers, "content-length": str(size)}
            with self._asked(method, url, given, pieces()) as answer:
                answer.read(LARGEST)

        self._patiently(put)

    def lines(self, path: str, headers: Mapping[str, str]) -> Iterator[str]:
        """An answer as it comes. One that breaks raises LOST, or only ends. Raises ServerError."""
        with self._asked("GET", self._base + path, {**headers, **self._own}, []) as answer:
            for line in answer:
                yield line.decode()

    def close(self) -> None:
        """Whoever waits here gets a ServerError."""
        self._closed.set()
        self._way.break_off()

    def pause(self, seconds: float) -> None:
        """Raises ServerError when this is closed meanwhile."""
        if self._closed.wait(seconds):
            raise ServerError("closed", "closed by its owner")

    def _patiently(self, do: Callable[[], T]) -> T:
        trying = Patience(self._patience)
        while True:
            try:
                return do()
            except ServerError as error:
                if not trying.may_go_on or error.code not in trying.passing:
                    raise
                self.pause(trying.next(error.retry_after))
            except LOST as error:
                self._check_open()
                if not self._met or not trying.may_go_on:
                    raise unreachable(self._base, error) from error
                self.pause(trying.next(None))

    @contextmanager
    def _asked(
        self, method: str, url: str, headers: Mapping[str, str], pieces: Iterable[bytes]
    ) -> Iterator[HTTPResponse]:
        """An answer that is none of a refusal. Raises ServerError, LOST."""
        self._check_open()
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        secure = parts.scheme == "https"
        with (
            closing(self._way.connected(secure, parts.netloc, self._timeout)) as connection,
            self._said(connection, method, target or "/", headers, pieces) as answer,
        ):
            self._met = True
            if answer.status >= 300:
                raise refused(answer)
            yield answer

    def _said(
        self,
        connection: HTTPConnection,
        method: str,
        target: str,
        headers: Mapping[str, str],
        pieces: Iterable[bytes],
    ) -> HTTPResponse:
        try:
            connection.request(method, target, iter(pieces), dict(headers))
        except (BrokenPipeError, ConnectionResetError):
            with suppress(*LOST):  # who is refused in the middle finds the reason here
                return connection.getresponse()
            raise
        return connection.getresponse()

    def _check_open(self) -> None:
        self.pause(0)


class Patience:
    """How long to go on trying, and how long to wait in between."""

    passing = frozenset({"busy", "overloaded", "queue_full", "stopping", "too_slow", "unavailable"})

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self.heard()

    def heard(self) -> None:
        """Something went well: from here on there is as much patience as at first."""
        self._end = self._clock() + self._seconds
        self._pause = FIRST

    @property
    def may_go_on(self) -> bool:
        return self._clock() < self._end

    def next(self, asked: float | None) -> float:
        """Seconds to wait now. asked: by the server."""
        pause, self._pause = self._pause, min(2 * self._pause, LONGEST)
        left = max(self._end - self._clock(), 0.0)
        return min(pause if asked is None else asked, left)


def refused(answer: HTTPResponse) -> ServerError:
    """In the server's own words, where it has any."""
    try:
        problem = msgspec.json.decode(answer.read(1 << 16), type=Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError, *LOST):
        problem = Problem()
    wait = answer.getheader("retry-after", "")
    after = float(wait) if wait.isdecimal() else None
    code = problem.code or ("overloaded" if answer.status in AGAIN else "refused")
    message = problem.detail or f"the server answers {answer.status} {answer.reason}"
    return ServerError(code, message, after)


def unreachable(url: str, error: Exception) -> ServerError:
    if isinstance(error, TimeoutError):
        return ServerError("unreachable", f"{url} does not answer")
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return ServerError("unreachable", f"cannot reach {url}: {reason}")
