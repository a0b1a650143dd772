"""What is needed of a database and of an object store. Promises only; the adapters keep them."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from inference.types import Samples
from storage.records import (
    Artifact,
    Audit,
    Blob,
    Change,
    Correction,
    Delivery,
    DeliveryPage,
    Download,
    Due,
    Job,
    JobPage,
    Kind,
    Page,
    Queue,
    Retention,
    Segment,
    Session,
    Signed,
    Stat,
    State,
    Status,
    Telling,
    Upload,
    Webhook,
)


class Sessions(Protocol):
    """All methods raise Unavailable when the database is away."""

    async def create(self, session: Session) -> None:
        """With its lease, if it has a node. Raises Taken when there is one with its id."""
        ...

    async def get(self, owner: str, id: str) -> Session | None:
        """None when it is missing, and just so when it is another owner's."""
        ...

    async def list(
        self,
        owner: str,
        limit: int = 50,
        cursor: str | None = None,
        *,
        state: State | None = None,
        kind: Kind | None = None,
        q: str | None = None,
    ) -> Page:
        """The owner's sessions, newest first. Raises BadCursor.

        q: all its words in one segment, the last perhaps only begun; or a part of the file's name.
        """
        ...

    async def of_room(
        self, owner: str, room: str, since: datetime, limit: int
    ) -> Sequence[Session]:
        """The newest sessions of a room that began since then, oldest first; one without a room
        has its id for one."""
        ...

    async def move(
        self,
        id: str,
        to: State,
        *,
        duration: Samples | None = None,
        language: str | None = None,
        ended_at: datetime | None = None,
        error: str | None = None,
        ready_at: datetime | None = None,
        expires_at: datetime | None = None,
        recording_until: datetime | None = None,
        transcript_until: datetime | None = None,
    ) -> Session:
        """One step of its life, with what is known by now; None leaves a fact as it is.

        `error` is kept only while the session is FAILED. A lease ends where nothing is left to do.
        A session that is there already stays as it is, so a move may be told twice. Raises
        IllegalMove, or Missing.
        """
        ...

    async def update(
        self,
        owner: str,
        id: str,
        *,
        hold: bool | None = None,
        retention: Retention | None = None,
        expires_at: datetime | None = None,
        recording_until: datetime | None = None,
        transcript_until: datetime | None = None,
        upload: Upload | None = None,
        model: str | None = None,
        language: str | None = None,
        duration: Samples | None = None,
    ) -> Session:
        """What may change without a move; None leaves a fact as it is. Raises Missing.

        Inside `together` nobody else changes the session until that is over.
        """
        ...

    async def erase(self, owner: str, id: str) -> bool:
        """All its rows but its audit. False: there is none. Its objects have to be gone before."""
        ...

    async def unfinished(self) -> Sequence[Session]:
        """Those that were open, draining or finalizing, oldest first, whoever owns them."""
        ...

    async def claim(self, id: str, node: str, now: datetime, until: datetime) -> int | None:
        """The lease, if it is free, or over, or this node's own already; None: it is not to be had.

        The answer is greater than any that was given for the session before, to whomever.

        The clocks of nodes may differ by less than leases are renewed ahead of their end.
        """
        ...

    async def renew(self, node: str, ids: Sequence[str], until: datetime) -> frozenset[str]:
        """More time. Those that are not in the answer are another node's now, or nobody's."""
        ...

    async def orphans(self, now: datetime, limit: int) -> Sequence[Session]:
        """Live sessions that are unfinished and have no lease, or one that is over."""
        ...

    async def release(self, id: str, node: str) -> None:
        """Ends the lease before its time; nothing happens when it is another's."""
        ...


class Segments(Protocol):
    """Raises Unavailable when the database is away."""

    async def put(self, session: str, segments: Sequence[Segment]) -> None:
        """Keeps all or none of them; one with a number already kept replaces that one.

        A replaced one goes on to count its revisions. Raises Missing when there is no such
        session, ValueError when a segment is not its own.
        """
        ...

    async def list(self, session: str) -> Sequence[Segment]:
        """By number; empty when there is no such session."""
        ...

    async def between(self, session: str, begin: Samples, end: Samples) -> Sequence[Segment]:
        """As `list`, of those that are not over before `begin` and begin before `end`."""
        ...

    async def replace(self, session: str, segments: Sequence[Segment]) -> None:
        """As `put`, and those with other numbers go, with their corrections."""
        ...

    async def get(self, session: str, number: int) -> Segment | None: ...

    async def correct(
        self,
        session: str,
        number: int,
        revision: int,
        author: str,
        now: datetime,
        *,
        text: str | None = None,
        speaker: str | None = None,
    ) -> Segment:
        """The segment with another text, which then has no words, or another speaker, or both.

        What it had is kept. Raises Missing, Expired unless the session is READY and may still be
        corrected, Conflict unless `revision` is the segment's.
        """
        ...

    async def corrections(self, session: str) -> Sequence[Correction]:
        """What its segments had before, in the order of numbers and revisions."""
        ...


class Artifacts(Protocol):
    """Raises Unavailable when the database is away."""

    async def put(self, artifact: Artifact) -> None:
        """One with the name of another replaces it. Raises Missing when there is no session."""
        ...

    async def list(self, session: str) -> Sequence[Artifact]:
        """By name; empty when there is no such session."""
        ...


class Downloads(Protocol):
    """Raises Unavailable when the database is away."""

    async def add(self, download: Download, now: datetime) -> None:
        """Those that are over by now go. Raises Missing when there is no such artifact."""
        ...

    async def take(self, digest: str, now: datetime) -> Artifact | None:
        """What it is for, and there is no such download any more. None: none, or it is over."""
        ...


class Watch(Protocol):
    """Remembers that something wanted has happened since the last time it woke somebody."""

    async def wait(self, timeout: float) -> bool:
        """Whether it has within so many seconds; or may have, when notices were lost."""
        ...


class Changes(Protocol):
    """What is told of jobs, by whichever process."""

    def watching(self, wanted: Callable[[Change], bool]) -> AbstractContextManager[Watch]:
        """From now on, and as long as inside. Look at the job after that, then wait."""
        ...


class Jobs(Protocol):
    """Jobs as their owners see them. Raises Unavailable when the database is away."""

    async def enqueue(self, session: Session, job: Job) -> Job:
        """The job and its session, both or none: the session is created, or moved to its state.

        A job with the same owner, idempotency key and digest as an earlier one is that one, and
        nothing is written. Raises Conflict when the digest is another, Taken, IllegalMove.
        """
        ...

    async def keyed(self, owner: str, key: str) -> Job | None:
        """The job that the idempotency key stands for."""
        ...

    async def get(self, owner: str, id: str) -> Job | None:
        """None when it is missing, and just so when it is another owner's."""
        ...

    async def list(
        self,
        owner: str,
        limit: int = 50,
        cursor: str | None = None,
        *,
        status: Status | None = None,
    ) -> JobPage:
        """The owner's jobs, newest first. Raises BadCursor."""
        ...

    async def of_session(self, session: str) -> Sequence[Job]:
        """Oldest first."""
        ...

    async def position(self, id: str) -> int | None:
        """How many jobs are before it in its queue; None when it does not wait."""
        ...

    async def waiting(self, owner: str | None = None) -> dict[Queue, int]:
        """How many jobs wait in each queue, of all owners or of one."""
        ...

    async def pace(self, queue: Queue) -> float | None:
        """Seconds that a job of the queue took lately, on average; None: there was none."""
        ...

    async def cancel(self, owner: str, id: str, now: datetime) -> Job:
        """Its worker hears of it as a change, or with the next heartbeat.

        An upload that is not ready has FAILED then, as "cancelled", and what is kept of it is
        due at once. May be told twice. Raises Missing, or Conflict when it has ended otherwise.
        """
        ...

    async def replay(self, owner: str, id: str, now: datetime) -> Job:
        """A dead one once more from its first attempt; one that waits already stays as it is.

        Its upload is QUEUED again, unless it is gone. Raises Missing, or Conflict.
        """
        ...

    def events(self, owner: str, id: str, after: int = 0) -> AsyncIterator[Job]:
        """The job whenever its version has grown beyond `after`, until it has ended.

        Changes that follow each other quickly are one. Nothing when there is no such job.
        """
        ...


class Work(Protocol):
    """The queue as a worker sees it. Raises Unavailable when the database is away.

    worker: a name that no other process has, nor a later one. What it says of a job counts only
    while it has it, in the attempt of `job`, as `claim` gave it; else the answer is False or None
    and the job is another's now, or cancelled: stop, and write nothing. Where a job fails or
    goes back into the queue, its upload goes with it (`jobs.session_after`).
    """

    async def claim(self, queues: Sequence[Queue], worker: str, now: datetime) -> Job | None:
        """The next job of the first of these queues that has one.

        Owners take turns: who has many waiting does not keep others from being next.
        """
        ...

    async def heartbeat(self, worker: str, ids: Sequence[str], now: datetime) -> frozenset[str]:
        """Which of these the worker still has."""
        ...

    async def progress(
        self, job: Job, worker: str, stage: str, progress: float, now: datetime
    ) -> bool:
        """A heartbeat too."""
        ...

    async def finish(self, job: Job, worker: str, now: datetime) -> bool:
        """It is COMPLETED."""
        ...

    async def fail(
        self,
        job: Job,
        worker: str,
        error: dict[str, Any],
        *,
        retry: bool,
        now: datetime,
        jitter: float,
    ) -> Job | None:
        """It is QUEUED for later, or DEAD, or without `retry` FAILED; see `jobs.after_failure`."""
        ...

    async def release(self, job: Job, worker: str, now: datetime) -> bool:
        """Gives it back as it was: the worker stops, and nothing has failed."""
        ...

    async def reap(
        self, silent_since: datetime, now: datetime, jitter: Callable[[], float], limit: int = 100
    ) -> Sequence[Job]:
        """Those of which nothing was heard since then have failed; returns them as they are now."""
        ...


class Audits(Protocol):
    """Raises Unavailable when the database is away."""

    async def add(self, entry: Audit) -> None: ...

    async def of(self, session: str) -> Sequence[Audit]:
        """Oldest first, also when the session is gone."""
        ...


class Sweep(Protocol):
    """One sweep takes what is due, some at a time. Raises Unavailable when the database is away.

    What `due_*` gives is locked, so that another sweep takes others, until the end of the
    `together` in which it is asked for: there delete the objects, then forget.
    """

    async def expire(self, now: datetime, limit: int) -> Sequence[Session]:
        """Moves those whose editing window is over to EXPIRED; returns them."""
        ...

    async def due_uploads(self, now: datetime, limit: int) -> Sequence[Due]:
        """AWAITING_UPLOAD, and `expires_at` has come. Forgotten as recordings."""
        ...

    async def due_recordings(self, now: datetime, limit: int) -> Sequence[Due]: ...

    async def due_transcripts(self, now: datetime, limit: int) -> Sequence[Due]: ...

    async def forget_recordings(self, ids: Sequence[str]) -> Sequence[Session]:
        """Returns those of which nothing is left now: they are PURGED."""
        ...

    async def forget_transcripts(self, ids: Sequence[str]) -> Sequence[Session]:
        """Texts, corrections and all but the recording; returns those that are PURGED now."""
        ...

    async def decide(
        self, now: datetime, editing: int, recording: int, transcript: int, limit: int
    ) -> int:
        """How long things are kept, for those that ended without anybody saying so: how many.

        In seconds, where the session has not asked for others: from its end, or for a failed one
        from now. A READY one without an editing window gets one of `editing` seconds.
        """
        ...

    async def forget_jobs(self, before: datetime, limit: int) -> int:
        """Those that had ended by then; returns how many there were."""
        ...

    async def forget_deliveries(self, before: datetime, limit: int) -> int:
        """Those made before then that are delivered or dead."""
        ...

    async def forget_audits(self, before: datetime, limit: int) -> int: ...


class Inventory(Protocol):
    """Rows beside what is in the object store. Raises Unavailable when the database is away."""

    async def known(self, keys: Sequence[str]) -> frozenset[str]:
        """Those of the keys that an artifact or an upload has."""
        ...

    async def sessions(self, ids: Sequence[str]) -> Sequence[Session]:
        """Those that there are, whoever owns them; in no order."""
        ...

    async def artifacts(self, limit: int, after: tuple[str, str] = ("", "")) -> Sequence[Artifact]:
        """Of all sessions, in the order of (session, name), those after the one named so."""
        ...


class Webhooks(Protocol):
    """Raises Unavailable when the database is away."""

    async def add(self, webhook: Webhook) -> None:
        """Raises Taken."""
        ...

    async def list(self, owner: str) -> Sequence[Webhook]:
        """Oldest first."""
        ...

    async def remove(self, owner: str, id: str) -> bool:
        """With what it was still to be told. False: there is none."""
        ...


class Deliveries(Protocol):
    """Raises Unavailable when the database is away."""

    async def enqueue(
        self, id: str, owner: str, event: str, body: dict[str, Any], now: datetime
    ) -> int:
        """For each webhook of the owner that wants the event; returns how many.

        id: the event's; told twice, it is delivered once. In the `together` of what has happened.
        """
        ...

    async def claim(
        self, now: datetime, until: datetime, limit: int, but: Sequence[str] = ()
    ) -> Sequence[Delivery]:
        """Those that are due, for one who tries them until then; later they are due again.

        One for each webhook, that which waits longest, and none for the webhooks in `but`.
        """
        ...

    async def done(self, id: str, now: datetime) -> None: ...

    async def failed(self, delivery: Delivery, error: str, now: datetime, jitter: float) -> bool:
        """Whether it will be tried again, after a pause; else it is dead."""
        ...

    async def list(
        self,
        owner: str,
        webhook: str,
        limit: int = 50,
        cursor: str | None = None,
        *,
        status: Telling | None = None,
    ) -> DeliveryPage:
        """Those of one webhook, newest first; none of another owner's. Raises BadCursor."""
        ...

    async def replay(self, owner: str, webhook: str, id: str, now: datetime) -> Delivery:
        """Once more from its first attempt; one that waits already stays as it is.

        Raises Missing.
        """
        ...


class Objects(Protocol):
    """Bytes under keys. Methods raise BadKey, or ValueError for what is no content type.

    Those that wait raise Unavailable, in a bounded time, when the store is away. A put that
    raises it may still be taken by a store that was only slow to answer.
    """

    async def put_stream(
        self, key: str, pieces: AsyncIterator[bytes], content_type: str, limit: int | None = None
    ) -> Blob:
        """Takes what the pieces hold together: all of it or nothing, also when we are stopped.

        A second put replaces the first. limit: bytes at most; raises TooLarge as soon as there
        are more. What the pieces raise goes through. Memory is bounded, however many there are.
        """
        ...

    async def put_file(self, key: str, path: Path, content_type: str) -> Blob:
        """A copy of the file. Raises OSError when that cannot be read."""
        ...

    async def put_bytes(self, key: str, data: bytes, content_type: str) -> Blob: ...

    def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` on, `length` of them or up to the end, piece by piece.

        Raises Missing with the first piece. Never a mixture of two puts.
        """
        ...

    async def stat(self, key: str) -> Stat | None: ...

    async def delete(self, key: str) -> None:
        """Nothing happens when it is not there."""
        ...

    async def delete_many(self, keys: Sequence[str]) -> None:
        """As often; all keys are looked at before anything is deleted."""
        ...

    async def list(self, prefix: str = "") -> Sequence[str]:
        """The keys that begin with `prefix`, in order. For the few of one session, say."""
        ...

    def walk(self, prefix: str = "") -> AsyncIterator[Stat]:
        """What there is under such keys, in no order, some at a time. For a whole store."""
        ...

    def signed_put(
        self, key: str, content_type: str, bytes: int, expires: timedelta
    ) -> Signed | None:
        """A request to put exactly so many bytes. None: this store takes none but its server's.

        expires: from now, 1 s to 7 days; else ValueError.
        """
        ...

    def signed_get(
        self, key: str, expires: timedelta, filename: str | None = None
    ) -> Signed | None:
        """A request to read it, with ranges; `filename`: as whose name a browser is to save it."""
        ...

    async def tidy(self, before: datetime) -> None:
        """Removes what puts that were cut off left behind, if begun before then."""
        ...
