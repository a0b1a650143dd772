"""What is kept: the nouns of this folder, as values. Knows no table, no file and no wire."""

from datetime import datetime
from enum import Enum
from typing import Any, Literal

from msgspec import Struct

from inference.types import Samples, Words

Kind = Literal["live", "upload"]
JobKind = Literal["transcribe", "finalize"]
Queue = Literal["small", "medium", "large"]
Telling = Literal["waiting", "delivered", "dead"]


class State(Enum):
    """Where a session is in its life; `lifecycle.NEXT` has the moves."""

    AWAITING_UPLOAD = "awaiting_upload"  # announced; the file is not there yet
    QUEUED = "queued"  # the file is there; a worker will open it
    OPEN = "open"  # audio arrives
    DRAINING = "draining"  # no more audio; the last segments are on their way
    FINALIZING = "finalizing"  # recording and transcript are being made from what was kept
    READY = "ready"  # recording and transcript are there, and segments may be corrected
    EXPIRED = "expired"  # the editing window is over; can be restored
    PURGED = "purged"  # retention has taken all; only the fact is left
    FAILED = "failed"  # could not be finished; can be finalized again


class Status(Enum):
    """Where a job is; `jobs.NEXT` has the moves."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"  # the input is to blame, so nobody tries again
    DEAD = "dead"  # tried as often as allowed; can be replayed
    CANCELLED = "cancelled"


class Upload(Struct, frozen=True, kw_only=True):
    """A file as it was announced, and the key under which the object store has it."""

    key: str
    content_type: str
    bytes: int | None = None
    sha256: str | None = None


class Retention(Struct, frozen=True, kw_only=True):
    """Seconds to keep things for after READY. None: the default; 0: nothing beyond delivery."""

    recording: int | None = None
    transcript: int | None = None


class Session(Struct, frozen=True, kw_only=True):
    """One speaker's talk, live or uploaded.

    options: as the client asked for them; any JSON object.
    created_at, ended_at: aware datetimes.
    language: given, or detected; None until known.
    duration: what was heard.
    error: what went wrong, in state FAILED only.
    room: the caption channel, if it has one.
    filename, upload: of an upload: its own name, and what was announced.
    expires_at: the end of the editing window. recording_until, transcript_until: what is kept
    how long, decided when it became ready; None: not decided, or gone. hold: both wait.
    retention: seconds that the session asked for over the defaults.
    node: who works on it, until lease_until. generation: counts the leases that were claimed.
    header: what its journal begins with, until it is finished; None: it has no journal.
    """

    id: str
    owner: str
    kind: Kind
    protocol: str
    model: str
    created_at: datetime
    state: State = State.OPEN
    options: dict[str, Any] = {}
    language: str | None = None
    room: str | None = None
    duration: Samples = 0
    ended_at: datetime | None = None
    error: str | None = None
    filename: str | None = None
    upload: Upload | None = None
    ready_at: datetime | None = None
    expires_at: datetime | None = None
    recording_until: datetime | None = None
    transcript_until: datetime | None = None
    hold: bool = False
    retention: Retention = Retention()
    node: str | None = None
    generation: int = 0
    lease_until: datetime | None = None
    header: dict[str, Any] | None = None


class Segment(Struct, frozen=True, kw_only=True):
    """A finished utterance as the transcript has it; `number` orders and names it in its session.

    text: the best text known.
    confidence: mean word probability, 0..1.
    live_text: what was promised while it was spoken, where `text` is better; else None.
    words: of `text`; none where somebody has corrected it.
    revision: counts the texts and speakers that it has had.
    """

    session: str
    number: int
    start: Samples
    end: Samples
    text: str
    words: Words
    confidence: float
    language: str | None = None
    speaker: str | None = None
    live_text: str | None = None
    revision: int = 1


class Correction(Struct, frozen=True, kw_only=True):
    """What a segment had before `author` corrected it; `revision` was the segment's then."""

    session: str
    number: int
    revision: int
    author: str
    at: datetime
    text: str
    words: Words = ()
    speaker: str | None = None


class Job(Struct, frozen=True, kw_only=True):
    """Work on a session as its owner sees it.

    queue: by the size of the model. stage: what is being done. progress: 0..1.
    attempts: how often it was begun. started_at: the last time.
    error: {code, message} of the last failure. version: counts the changes.
    digest: of the request that the idempotency key stands for.
    options: the model and the language to hear the session with, where they are not its own.
    """

    id: str
    owner: str
    session: str
    kind: JobKind
    queue: Queue
    created_at: datetime
    status: Status = Status.QUEUED
    stage: str = "queued"
    progress: float = 0.0
    attempts: int = 0
    error: dict[str, Any] | None = None
    idempotency_key: str | None = None
    digest: str | None = None
    options: dict[str, Any] = {}
    started_at: datetime | None = None
    finished_at: datetime | None = None
    version: int = 1


class Change(Struct, frozen=True):
    """What is told of a job to whoever listens: which one, and what it is now."""

    id: str
    version: int
    status: Status
    queue: Queue


class Audit(Struct, frozen=True, kw_only=True):
    """Who did what to which session. `facts` are counts and reasons, never content."""

    at: datetime
    actor: str
    action: str
    owner: str
    session: str
    facts: dict[str, Any] = {}


class Artifact(Struct, frozen=True, kw_only=True):
    """Something a session left in the object store, under a name its owner knows.

    name: "recording", "transcript.srt" and the like.
    key: where the object store has it.
    sha256: hexadecimal.
    """

    session: str
    name: str
    key: str
    content_type: str
    bytes: int
    sha256: str


class Download(Struct, frozen=True, kw_only=True):
    """Leave to get one artifact, once. digest: hexadecimal, of the token that is shown for it."""

    digest: str
    session: str
    artifact: str
    expires_at: datetime


class Blob(Struct, frozen=True):
    """What the object store says of an object it has just taken; `sha256` is hexadecimal."""

    key: str
    content_type: str
    bytes: int
    sha256: str


class Stat(Struct, frozen=True):
    """What the object store says of an object it has; `modified` is when it was put, aware."""

    key: str
    bytes: int
    modified: datetime


class Signed(Struct, frozen=True):
    """A request that whoever holds it may make of the object store until `expires_at`.

    headers: what it must carry besides, as they are. The address is a secret.
    """

    method: str
    url: str
    headers: dict[str, str]
    expires_at: datetime


class Webhook(Struct, frozen=True, kw_only=True):
    """Where an owner wants to be told of which events. Its secret is derived, and not kept."""

    id: str
    owner: str
    url: str
    events: tuple[str, ...]
    created_at: datetime


class Delivery(Struct, frozen=True, kw_only=True):
    """One event for one webhook. attempts: how often it was tried, with the one under way.

    error: of the last attempt that failed. next_at: when a waiting one may be tried, or again.
    """

    id: str
    webhook: str
    url: str
    event: str
    body: dict[str, Any]
    attempts: int
    created_at: datetime
    status: Telling = "waiting"
    error: str | None = None
    next_at: datetime | None = None
    delivered_at: datetime | None = None


class Due(Struct, frozen=True):
    """A session of which something is to go, and the keys of the objects that go with it."""

    session: Session
    keys: tuple[str, ...]


class JobPage(Struct, frozen=True):
    """Some jobs, newest first. `cursor` as that of `Page`."""

    jobs: tuple[Job, ...]
    cursor: str | None


class DeliveryPage(Struct, frozen=True):
    """Some deliveries, newest first. `cursor` as that of `Page`."""

    deliveries: tuple[Delivery, ...]
    cursor: str | None


class Page(Struct, frozen=True):
    """Some sessions, newest first. `cursor` asks for those after them; None: there are none."""

    sessions: tuple[Session, ...]
    cursor: str | None
