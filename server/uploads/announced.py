"""What a client says of a file before it comes, and the records that follow from it. Pure."""

import hashlib
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from server.uploads.options import BadWish, Wishes, stored
from server.work.queues import queue_of
from storage.keys import checked_type
from storage.records import Job, Session, State, Upload

PROTOCOL = "http"
ANY_TYPE = "application/octet-stream"
MAX_NAME = 255  # characters


class Announcement(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/sessions`. sha256: hexadecimal."""

    kind: Literal["upload"]
    filename: Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
    content_type: Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
    bytes: Annotated[int, Meta(ge=1)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-fA-F]{64}$")] | None = None
    options: Wishes = Wishes()

    def upload(self, key: str) -> Upload:
        """Raises BadWish."""
        if not self.filename.isprintable():
            raise BadWish("filename", "has characters that cannot be printed")
        sha256 = self.sha256 and self.sha256.lower()
        kind = content_type("content_type", self.content_type)
        return Upload(key=key, content_type=kind, bytes=self.bytes, sha256=sha256)


def content_type(field: str, given: str | None) -> str:
    """As the store takes it. Raises BadWish."""
    try:
        return checked_type(given or ANY_TYPE)
    except ValueError as error:
        raise BadWish(field, str(error)) from None


def plain_name(filename: str | None) -> str | None:
    """A file's own name without folders, and without what cannot be printed."""
    last = (filename or "").replace("\\", "/").rpartition("/")[2]
    return "".join(filter(str.isprintable, last)).strip()[:MAX_NAME] or None


def key_of(owner: str, session: str) -> str:
    return f"{owner}/{session}/upload"


def session_of(
    id: str,
    owner: str,
    wishes: Wishes,
    filename: str | None,
    upload: Upload,
    state: State,
    now: datetime,
    expires_at: datetime | None = None,
) -> Session:
    """wishes: checked."""
    return Session(
        id=id,
        owner=owner,
        kind="upload",
        protocol=PROTOCOL,
        model=wishes.model or "",
        created_at=now,
        state=state,
        options=stored(wishes),
        language=wishes.language,
        filename=filename,
        upload=upload,
        expires_at=expires_at,
        hold=wishes.retention.hold,
        retention=wishes.retention.retention,
    )


def first_job(session: Session, now: datetime, key: str | None, digest: str) -> Job:
    """The one that hears the file. Its id follows from the session's, so there is no second."""
    return Job(
        id=f"j{session.id}",
        owner=session.owner,
        session=session.id,
        kind="transcribe",
        queue=queue_of(session.model),
        created_at=now,
        idempotency_key=key,
        digest=digest if key else None,
    )


def digest_of(call: str, *facts: object) -> str:
    """Of a request, the same for the same one."""
    return hashlib.sha256(msgspec.json.encode([call, *facts], order="sorted")).hexdigest()
