"""Which connection has a session, what the next one has to show, and how long it is waited for."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress

from server.live import entries
from server.live.archive import Archive
from storage.journal.handle import JournalFull

TOKENS = 2  # the last one may never have reached the client, so the one before counts too


class Holding:
    def __init__(
        self,
        archive: Archive,
        tokens: tuple[str, ...],
        changed: asyncio.Event,
        gone: Callable[[], None],
    ) -> None:
        """tokens: hashes. changed: set when another holder comes. gone: called when nobody came."""
        self.archive = archive
        self.tokens = tokens
        self.changed = changed
        self.gone = gone
        self.holder: object | None = None
        self.leaving: asyncio.TimerHandle | None = None

    def known(self, token: str) -> bool:
        return entries.known(token, self.tokens)

    async def new_token(self, keep: bool) -> str:
        """For the next connection. If it is to be kept, its hash is safe when this returns, unless
        the disk is full."""
        token = secrets.token_urlsafe(16)
        self.tokens = (entries.hashed(token), *self.tokens)[:TOKENS]
        if keep:
            self.archive.append(entries.tokens(self.tokens))
            with suppress(JournalFull, TimeoutError):
                await self.archive.safe()
        return token

    def take(self, holder: object) -> None:
        """Whoever held the session before loses it."""
        self.holder = holder
        self.stay()
        self.changed.set()

    def let_go(self, holder: object, linger: float | None) -> None:
        """The connection is gone; another one is waited for so many seconds, or not at all."""
        if self.holder is holder:
            self.holder = None
            if linger is not None:
                self.linger(linger)

    def linger(self, seconds: float) -> None:
        self.leaving = asyncio.get_running_loop().call_later(seconds, self.gone)

    def stay(self) -> None:
        """Nobody is waited for any more."""
        if self.leaving:
            self.leaving.cancel()
