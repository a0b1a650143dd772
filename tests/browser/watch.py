"""Pages that are watched: what a console reports, what breaks, what asks the world outside.

A test that leaves any of it unexplained has failed.
"""

import re
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Request, WebError

HOME = "127.0.0.1"
INSIDE = ("data", "blob", "about")  # addresses that no request is made for


class Watch:
    """What went wrong on the pages of one test, in the order in which it did."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self._allowed: list[re.Pattern[str]] = []

    def allow(self, pattern: str) -> None:
        """A console error that this test brings about, as a regular expression."""
        self._allowed.append(re.compile(pattern))

    def over(self, context: BrowserContext) -> None:
        """Look after all pages of it, those to come too."""
        context.on("console", self._console)
        context.on("weberror", self._broken)
        context.on("request", self._asked)

    @property
    def unexplained(self) -> list[str]:
        return [
            fault
            for fault in self.faults
            if not any(pattern.search(fault) for pattern in self._allowed)
        ]

    def _console(self, message: ConsoleMessage) -> None:
        """Refusals of the content security policy come as errors too."""
        if message.type in ("error", "assert"):
            self.faults.append(f"console: {message.text} ({message.location['url']})")

    def _broken(self, error: WebError) -> None:
        self.faults.append(f"uncaught: {error.error}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in INSIDE and parts.hostname != HOME:
            self.faults.append(f"asked outside: {request.url}")
