"""Which connection has a session, what the next one has to show, and how long it is waited for."""

import asyncio
from collections.abc import Callable

from msgspec.structs import replace

from server.live import entries
from server.live.archive import Archive
from server.live.tokens import Given, Token, read, written


class Holding:
    def __init__(
        self,
        archive: Archive,
        generation: int,
        secret: bytes,
        given: Given,
        changed: asyncio.Event,
        gone: Callable[[], None],
    ) -> None:
        """generation: ours as the session's owner. secret: of all our nodes. given: before.
        changed: set when another holder comes. gone: called when nobody came."""
        self.archive = archive
        self.generation = generation
        self.secret = secret
        self.given = given
        self.changed = changed
        self.gone = gone
        self.holder: object | None = None
        self.leaving: asyncio.TimerHandle | None = None

    def admitted(self, text: str) -> Token | None:
        """The token that a client shows; None when it does not count. Those before it do not any
        more, but all after it do: what was given last may never have reached the client, and of
        what another owner gave last this one may not know."""
        token = read(text, self.archive.session, self.secret)
        if token is None or token.number < self.given.shown:
            return None
        self.given = Given(max(self.given.number, token.number), token.number)
        return token

    def new_token(self, keep: bool) -> str:
        """For the next connection. If it is to be kept, its number goes into the journal."""
        self.given = replace(self.given, number=self.given.number + 1)
        if keep:
            self.archive.append(entries.tokens(self.given))
        token = Token(self.generation, self.given.number)
        return written(token, self.archive.session, self.secret)

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
