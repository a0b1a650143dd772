"""The last step of each way in: a session and its job together, once for each request.

An object is removed again where it is certain that no job was promised for it. What a database
that went away may have promised is left to the reconciliation of objects and rows.
"""

from contextlib import suppress

from server.routes.problems import Problem
from storage.errors import Conflict, StorageError, Taken
from storage.open import Storage
from storage.records import Job, Session


class Entering:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def keyed(self, owner: str, key: str | None, digest: str) -> Job | None:
        """The job that the idempotency key already stands for. Raises Problem for another's."""
        earlier = await self._storage.jobs.keyed(owner, key) if key else None
        return same(earlier, digest) if earlier else None

    async def new(self, session: Session, job: Job) -> Job:
        """A job for a session that there was not before, or the earlier one of the same request,
        for which the file is there already. Raises Problem, StorageError."""
        try:
            entered = await self._storage.jobs.enqueue(session, job)
        except Conflict:
            await self._discard_of(session)
            raise reused() from None
        if entered.id != job.id:
            await self._discard_of(session)
        return entered

    async def completed(self, session: Session, job: Job) -> Job:
        """A job for an announced session; the one that is there when that was told before."""
        try:
            return await self._storage.jobs.enqueue(session, job)
        except Conflict:
            raise reused() from None
        except Taken:
            return await self.begun(session)

    async def begun(self, session: Session) -> Job:
        """The job of an upload that is complete. Raises Problem when it never was."""
        for job in await self._storage.jobs.of_session(session.id):
            return job
        state = session.state.value
        raise Problem(409, "wrong_state", f"the session is {state}", state=state)

    async def discard(self, key: str) -> None:
        """An object that nothing refers to. When the store is away, it is found again later."""
        with suppress(StorageError):
            await self._storage.objects.delete(key)

    async def _discard_of(self, session: Session) -> None:
        if session.upload is not None:
            await self.discard(session.upload.key)


def same(earlier: Job, digest: str) -> Job:
    """The job of an earlier request. Raises Problem when that was another request."""
    if earlier.digest != digest:
        raise reused()
    return earlier


def reused() -> Problem:
    return Problem(422, "idempotency_key_reused", "this idempotency key stands for another request")
