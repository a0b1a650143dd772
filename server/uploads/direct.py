"""A file in one step: a form that holds it, and what is wished for as fields."""

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from server.parts import Core
from server.uploads.announced import (
    content_type,
    digest_of,
    first_job,
    key_of,
    plain_name,
    session_of,
)
from server.uploads.body import Patience, Receive, pieces
from server.uploads.door import Door
from server.uploads.entering import Entering, same
from server.uploads.form import File, Form
from server.uploads.options import Wishes, of_form
from server.uploads.probing import Prober
from server.uploads.receiving import Fields, Received, Store, hashed, received
from server.uploads.refusals import told
from storage.errors import TooLarge
from storage.records import Blob, Job, Session, State, Upload

AROUND = 1 << 20  # bytes that a form may have besides its file


class Direct:
    def __init__(self, core: Core, door: Door, prober: Prober) -> None:
        self._settings = core.settings.uploads
        self._storage = core.storage
        self._door = door
        self._prober = prober
        self._entering = Entering(core.storage)
        self._patience = Patience(self._settings.silence, self._settings.ttl)

    async def take(
        self, owner: str, kind: str | None, length: int | None, receive: Receive, key: str | None
    ) -> Job:
        """The job that hears the file.

        kind, length: headers of the request. key: of idempotency; a request that was told before
        is read to see that it is the same, and not kept. Raises Problem, StorageError.
        """
        self._door.check_open()
        id, now = secrets.token_hex(8), datetime.now(UTC)
        earlier = await self._storage.jobs.keyed(owner, key) if key else None
        place = key_of(owner, id)
        try:
            store = self._forgetting if earlier else self._keeping(place)
            with told(), self._door.place():
                got = await self._received(kind, length, receive, store)
                wishes = self._door.checked(of_form(got.fields))
            digest = _digest(wishes, got)
            if earlier is not None:
                return same(earlier, digest)
            await self._door.check_queue(owner, wishes.model or "")
            with told():
                await self._prober.look(place, got.blob.bytes)
        except BaseException:
            await self._entering.discard(place)
            raise
        session = _session(id, owner, wishes, got, now)
        return await self._entering.new(session, first_job(session, now, key, digest))

    async def _received(
        self, kind: str | None, length: int | None, receive: Receive, store: Store
    ) -> Received:
        most = self._settings.max_bytes + AROUND
        form = Form(kind)
        if length is not None and length > most:
            raise TooLarge
        return await received(form, pieces(receive, self._patience, most), store, self._refuse)

    def _refuse(self, fields: Fields) -> None:
        """What is wrong in the fields before the file is said before that has come."""
        self._door.checked(of_form(fields))

    def _keeping(self, key: str) -> Store:
        async def store(file: File, data: AsyncIterator[bytes]) -> Blob:
            kind, most = content_type("file", file.content_type), self._settings.max_bytes
            return await self._storage.objects.put_stream(key, data, kind, most)

        return store

    async def _forgetting(self, file: File, data: AsyncIterator[bytes]) -> Blob:
        return await hashed(data, self._settings.max_bytes)


def _session(id: str, owner: str, wishes: Wishes, got: Received, now: datetime) -> Session:
    blob, name = got.blob, plain_name(got.file.filename)
    kept = Upload(
        key=blob.key, content_type=blob.content_type, bytes=blob.bytes, sha256=blob.sha256
    )
    return session_of(id, owner, wishes, name, kept, State.QUEUED, now)


def _digest(wishes: Wishes, got: Received) -> str:
    """Of the request: the file's own bytes and name, and what is wished for."""
    return digest_of("jobs", wishes, plain_name(got.file.filename), got.blob.sha256)
