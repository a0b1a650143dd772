"""Which sessions are this server's, as the database has it. Ends none; says which are lost."""

from datetime import UTC, datetime, timedelta

from storage.ports import Sessions


class Leases:
    def __init__(self, sessions: Sessions, node: str, seconds: float) -> None:
        """node: this server's name. seconds: how long a lease lasts unless it is renewed."""
        self.sessions = sessions
        self.node = node
        self.seconds = seconds
        self.held: set[str] = set()

    def until(self) -> datetime:
        """The end of a lease that begins now."""
        return datetime.now(UTC) + timedelta(seconds=self.seconds)

    async def claim(self, id: str) -> int | None:
        """The session is this server's from now on, as its owner of this generation.

        None: it is another server's. Raises StorageError.
        """
        return await self.sessions.claim(id, self.node, datetime.now(UTC), self.until())

    async def renew(self) -> set[str]:
        """More time for those that are held, in one query; those that are not any more.

        Raises StorageError; then nobody else can claim them either.
        """
        asked = sorted(self.held)
        if not asked:
            return set()
        ours = await self.sessions.renew(self.node, asked, self.until())
        lost = self.held.intersection(asked) - ours  # some may have ended meanwhile
        self.held -= lost
        return lost

    async def release(self, id: str) -> None:
        """Another server may have it at once. Raises StorageError."""
        self.held.discard(id)
        await self.sessions.release(id, self.node)
