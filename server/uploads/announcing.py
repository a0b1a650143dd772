"""A file in three steps: it is announced, it comes, it is complete. The address it comes to is
the store's own where that can take it, else one of ours."""

import asyncio
import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from server.parts import Core
from server.routes.problems import Problem
from server.uploads import signing
from server.uploads.announced import (
    Announcement,
    digest_of,
    first_job,
    key_of,
    session_of,
)
from server.uploads.body import Mismatch, Patience, Receive, as_announced, pieces
from server.uploads.door import Door
from server.uploads.entering import Entering
from server.uploads.probing import Prober
from server.uploads.refusals import told
from storage.errors import TooLarge
from storage.records import Blob, Job, Session, Signed, State, Upload


class Announcing:
    """All methods raise Problem and StorageError."""

    def __init__(self, core: Core, door: Door, prober: Prober) -> None:
        self._settings = core.settings.uploads
        self._storage = core.storage
        self._door = door
        self._prober = prober
        self._entering = Entering(core.storage)
        self._ttl = timedelta(seconds=self._settings.ttl)
        self._patience = Patience(self._settings.silence, self._settings.ttl)

    async def announce(
        self, owner: str, announced: Announcement, base: str
    ) -> tuple[Session, Signed]:
        """A session for a file to come, and the request that puts it there.

        base: this server's address as clients know it.
        """
        self._door.check_open()
        id, now = secrets.token_hex(8), datetime.now(UTC)
        with told("options."):
            wishes = self._door.checked(announced.options)
        with told():
            upload = announced.upload(key_of(owner, id))
            if announced.bytes > self._settings.max_bytes:
                raise TooLarge
        until, name = now + self._ttl, announced.filename
        session = session_of(
            id, owner, wishes, name, upload, State.AWAITING_UPLOAD, now, expires_at=until
        )
        await self._door.check_queue(owner, session.model)
        signed = self._signed(upload) or signing.signed(
            self._storage.secret, base, session, upload, until
        )
        await self._storage.sessions.create(session)
        return session, signed

    async def put(
        self, owner: str, id: str, expires: int, signature: str, kind: str, receive: Receive
    ) -> Blob:
        """The file of an announced session, by the request that was signed for it.

        kind: its content type.
        """
        self._door.check_open()
        upload = await self._permitted(owner, id, expires, signature)
        size, objects = upload.bytes or 0, self._storage.objects
        with told(), self._door.place():
            if kind != upload.content_type:
                raise Mismatch("content_type", upload.content_type, kind)
            body = as_announced(pieces(receive, self._patience, size), size, upload.sha256)
            blob = await objects.put_stream(upload.key, body, upload.content_type)
        after = await self._storage.sessions.get(owner, id)
        if after is None or after.state is State.PURGED:
            await self._entering.discard(upload.key)
            raise expired()
        return blob

    async def complete(self, owner: str, id: str, key: str | None) -> Job:
        """The job that hears the file, which has to be there and to be what was announced.

        key: of idempotency. Told twice, the job is the same.
        """
        self._door.check_open()
        digest = digest_of("complete", id)
        if earlier := await self._entering.keyed(owner, key, digest):
            return earlier
        session = await self._storage.sessions.get(owner, id)
        if session is None:
            raise Problem(404, "not_found", "no such session")
        if session.upload is None or session.state is not State.AWAITING_UPLOAD:
            return await self._entering.begun(session)
        now = datetime.now(UTC)
        if session.expires_at is not None and session.expires_at <= now:
            raise expired()
        await self._door.check_queue(owner, session.model)
        with told():
            await self._verify(session.upload)
        job = first_job(session, now, key, digest)
        return await self._entering.completed(replace(session, state=State.QUEUED), job)

    async def _permitted(self, owner: str, id: str, expires: int, signature: str) -> Upload:
        """What may be put there. Who has no right to does not hear what there is."""
        session, now = await self._storage.sessions.get(owner, id), datetime.now(UTC)
        secret = self._storage.secret
        if (
            session is None
            or session.upload is None
            or not signing.valid(secret, id, session.upload, expires, signature, now)
        ):
            raise Problem(403, "bad_signature", "the signature is not ours, or is over")
        if session.state is not State.AWAITING_UPLOAD:
            state = session.state.value
            raise Problem(409, "wrong_state", "the file is complete", state=state)
        return session.upload

    async def _verify(self, upload: Upload) -> None:
        """What is there is what was announced, and audio. Raises Mismatch, BadAudio."""
        there = await self._storage.objects.stat(upload.key)
        if there is None:
            raise Problem(409, "not_uploaded", "the file is not there yet")
        if there.bytes != upload.bytes:
            raise Mismatch("bytes", upload.bytes, there.bytes)
        if upload.sha256 is not None and self._signed(upload) is not None:
            found = await self._digest(upload.key)  # what came to us was checked as it came
            if found != upload.sha256:
                raise Mismatch("sha256", upload.sha256, found)
        await self._prober.look(upload.key, there.bytes)

    async def _digest(self, key: str) -> str:
        digest = hashlib.sha256()
        async for piece in self._storage.objects.open(key):
            await asyncio.to_thread(digest.update, piece)
        return digest.hexdigest()

    def _signed(self, upload: Upload) -> Signed | None:
        """By the store, if it takes files from anybody but us."""
        kind, size = upload.content_type, upload.bytes or 0
        return self._storage.objects.signed_put(upload.key, kind, size, self._ttl)


def expired() -> Problem:
    return Problem(409, "upload_expired", "the time in which the file could come is over")
