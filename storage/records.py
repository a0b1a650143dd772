"""What is kept: the nouns of this folder, as values. Knows no table, no file and no wire."""

from datetime import datetime
from enum import Enum
from typing import Any, Literal

from msgspec import Struct

from inference.types import Samples, Words

Kind = Literal["live", "upload"]


class State(Enum):
    """Where a session is in its life; `lifecycle.NEXT` has the moves."""

    OPEN = "open"  # audio arrives
    DRAINING = "draining"  # no more audio; the last segments are on their way
    FINALIZING = "finalizing"  # recording and transcript are being made from what was kept
    READY = "ready"  # recording and transcript are there
    FAILED = "failed"  # could not be finished; can be finalized again


class Session(Struct, frozen=True, kw_only=True):
    """One speaker's talk, live or uploaded.

    options: as the client asked for them; any JSON object.
    created_at, ended_at: aware datetimes.
    language: given, or detected; None until known.
    duration: what was heard.
    error: what went wrong, in state FAILED only.
    room: the caption channel, if it has one.
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


class Segment(Struct, frozen=True, kw_only=True):
    """A finished utterance as the transcript has it; `number` orders and names it in its session.

    text: the best text known.
    confidence: mean word probability, 0..1.
    live_text: what was promised while it was spoken, where `text` is better; else None.
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


class Blob(Struct, frozen=True):
    """What the object store says of an object it has just taken; `sha256` is hexadecimal."""

    key: str
    content_type: str
    bytes: int
    sha256: str


class Stat(Struct, frozen=True):
    """What the object store says of an object it has."""

    key: str
    bytes: int


class Page(Struct, frozen=True):
    """Some sessions, newest first. `cursor` asks for those after them; None: there are none."""

    sessions: tuple[Session, ...]
    cursor: str | None
