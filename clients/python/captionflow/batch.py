"""Recordings to transcripts by a server: the file up, its job followed to the end, the text down.

For those who wait in a thread; whoever does not calls it in one and `close`s it to stop.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from mimetypes import guess_type
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Struct

from captionflow.errors import ServerError
from captionflow.sse import Events
from captionflow.web import LOST, Patience, Web, unreachable

T = TypeVar("T")

PIECE = 1 << 16  # bytes read from the file at a time
ENDS = ("completed", "failed", "dead", "cancelled")


class Uploading(Struct, frozen=True):
    """Bytes that are on their way, of so many."""

    sent: int
    size: int


class Working(Struct, frozen=True):
    """progress: 0..1. position: how many wait before it. eta: seconds, as far as one can tell."""

    stage: str
    progress: float
    position: int | None = None
    eta: float | None = None


Progress = Uploading | Working


class SpokenWord(Struct, frozen=True):
    """Times in seconds. confidence: 0..1."""

    word: str
    start: float
    end: float
    confidence: float | None = None


class Segment(Struct, frozen=True):
    """words: none where somebody has corrected the text."""

    start: float
    end: float
    text: str
    words: tuple[SpokenWord, ...] = ()
    speaker: str | None = None
    language: str | None = None


class Transcript(Struct, frozen=True):
    """duration: seconds. session: under which the server has it."""

    session: str
    duration: float
    language: str | None
    model: str
    text: str
    segments: tuple[Segment, ...]


class _Target(Struct, frozen=True):
    method: str
    url: str
    headers: dict[str, str]


class _Session(Struct, frozen=True):
    id: str
    upload: _Target


class _Job(Struct, frozen=True):
    id: str
    session_id: str
    status: str
    stage: str = ""
    progress: float = 0.0
    position: int | None = None
    eta: float | None = None
    error: dict[str, Any] | None = None


def _nobody(_: Progress) -> None:
    pass


class Batch:
    """One file at a time."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout: float = 60.0,
        patience: float = 120.0,
    ) -> None:
        """timeout: seconds without a byte. patience: seconds in which a connection that was lost,
        or a server that is busy, may come back. Raises ValueError for what is no address."""
        self._url = url
        self._web = Web(url, token, timeout, patience)
        self._patience = patience

    def transcribe(
        self,
        path: Path | str,
        *,
        language: str | None = None,
        model: str | None = None,
        task: Literal["transcribe", "translate"] = "transcribe",
        hotwords: Sequence[str] = (),
        retention: Mapping[str, int | bool] | None = None,
        told: Callable[[Progress], None] = _nobody,
    ) -> Transcript:
        """What the file says. told: called as it goes, in this thread.

        retention: `recording` and `transcript` in seconds, `hold`. Raises ServerError, and
        OSError for a file that cannot be opened.
        """
        options = {"language": language, "model": model, "task": task, "hotwords": hotwords}
        with Path(path).open("rb") as file:
            session = self._uploaded(file, {**options, "retention": retention or {}}, told)
        done = self._followed(self._completed(session), told)
        if done.status != "completed":
            error = done.error or {}
            reason = str(error.get("message") or f"the job is {done.status}")
            raise ServerError(str(error.get("code") or done.status), reason)
        answer = self._web.json("GET", f"/v1/sessions/{quote(session)}/exports/json")
        return _decoded(answer, Transcript)

    def close(self) -> None:
        """Whoever waits for a transcript gets a ServerError. From any thread."""
        self._web.close()

    def _uploaded(
        self, file: BinaryIO, options: Mapping[str, object], told: Callable[[Progress], None]
    ) -> str:
        name, size = Path(file.name).name, file.seek(0, 2)
        if not size:
            raise ServerError("unreadable_audio", "the file is empty")
        announced = {
            "kind": "upload",
            "filename": name,
            "content_type": guess_type(name)[0] or "application/octet-stream",
            "bytes": size,
            "options": options,
        }
        session = _decoded(self._web.json("POST", "/v1/sessions", announced), _Session)

        def pieces() -> Iterator[bytes]:
            sent = 0
            while piece := _read(file, sent):
                yield piece
                sent += len(piece)
                told(Uploading(sent, size))

        target = session.upload
        self._web.send(target.method, target.url, target.headers, size, pieces)
        return session.id

    def _completed(self, session: str) -> _Job:
        return _decoded(self._web.json("POST", f"/v1/sessions/{quote(session)}/complete"), _Job)

    def _followed(self, job: _Job, told: Callable[[Progress], None]) -> _Job:
        """The job when it has ended, over as many connections as that takes."""
        seen, trying = "0", Patience(self._patience)
        while True:
            try:
                for number, state in self._changes(job.id, seen):
                    seen = number
                    trying.heard()
                    told(Working(state.stage, state.progress, state.position, state.eta))
                    if state.status in ENDS:
                        return state
            except ServerError as error:
                if error.code not in Patience.passing or not trying.may_go_on:
                    raise
            except LOST as error:
                if not trying.may_go_on:
                    raise unreachable(self._url, error) from error
            self._web.pause(trying.next(None))

    def _changes(self, job: str, seen: str) -> Iterator[tuple[str, _Job]]:
        events = Events()
        for line in self._web.lines(f"/v1/jobs/{quote(job)}/events", {"last-event-id": seen}):
            if event := events.feed(line):
                yield event.id, _decoded(event.data.encode(), _Job)


def _read(file: BinaryIO, at: int) -> bytes:
    try:
        file.seek(at)
        return file.read(PIECE)
    except OSError as error:  # not to be taken for the connection's
        raise ServerError("unreadable_file", f"{file.name}: {error.strerror}") from error


def _decoded(data: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.MsgspecError as error:
        raise ServerError("not_a_server", f"the server answers something else: {error}") from None
