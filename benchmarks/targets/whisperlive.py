"""WhisperLive 0.10 with its faster-whisper backend, over its own WebSocket. No socket.

Every message repeats the last segments. Those with `completed` never change; the last one may
be in doubt. It becomes complete when another follows or when it was heard the same eleven
times. There is no answer to the end of the audio: its own client waits until 15 s bring
nothing new, counts what is still in doubt as said, and hangs up; so does this one.
"""

from contextlib import AbstractAsyncContextManager

import msgspec
import numpy as np
from captionflow import Event, ServerError
from msgspec import Struct

from benchmarks.targets.address import socket_address
from benchmarks.targets.captions import Captions
from benchmarks.targets.port import CannotFlush, Talk
from benchmarks.targets.session import session

QUIET = 15.0  # seconds; `disconnect_if_no_response_for` of its own client
REPEATED = 30  # segments in a message; more than one look at 30 s of audio can complete


class WhisperLive:
    """A server of that make. Raises BadTarget for what is no address."""

    name = "whisperlive"
    can_flush = False

    def __init__(
        self, url: str, language: str, endpoint_ms: int, token: str | None, model: str | None
    ) -> None:
        self._address = socket_address(url, "/")
        self._language = language
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._model = model or "small"  # as its own client; a server with own weights ignores it

    def open(self) -> AbstractAsyncContextManager[Talk]:
        return session(self._address, self._headers, WhisperLiveWire(self._language, self._model))


class Segment(Struct, frozen=True):
    """A piece of text; times in seconds, as text."""

    start: str
    end: str
    text: str
    completed: bool = False


class Message(Struct):
    """What the server says; which fields are there tells what it is.

    message: SERVER_READY, DISCONNECT, or what comes with a status.
    """

    status: str = ""
    message: str | float = ""
    segments: list[Segment] = []


_messages = msgspec.json.Decoder(Message)


class WhisperLiveWire:
    """One session: what was completed is fixed, the last segment is in doubt."""

    def __init__(self, language: str, model: str) -> None:
        self.ready = False
        self._language = language
        self._model = model
        self._captions = Captions()
        self._completed: set[Segment] = set()
        self._doubtful: Segment | None = None
        self._sent = 0

    def opening(self) -> list[str | bytes]:
        options = {
            "uid": "benchmark",
            "language": self._language,
            "task": "transcribe",
            "model": self._model,
            "use_vad": True,
            "send_last_n_segments": REPEATED,
        }
        return [msgspec.json.encode(options).decode()]

    def audio(self, data: bytes) -> list[str | bytes]:
        self._sent += len(data)
        return [(np.frombuffer(data, np.int16) / np.float32(32_768)).tobytes()]

    def flush(self) -> list[str | bytes]:
        raise CannotFlush(WhisperLive.name)

    def ending(self) -> list[str | bytes]:
        return []  # END_OF_AUDIO would end the session with audio unheard

    def heard(self, message: str | bytes) -> list[Event]:
        said = _decode(message)
        match said.status, said.message:
            case "WAIT", _:
                raise ServerError("overloaded", "the server is full")
            case "ERROR", reason:
                raise ServerError("failed", f"the server failed: {reason}")
            case "", "SERVER_READY":
                self.ready = True
            case "", "DISCONNECT":
                raise ServerError("overtime", "the server ends sessions that are as old as this")
        return self._segments(said.segments) if said.segments else []

    def quiet(self, seconds: float) -> list[Event]:
        if seconds < QUIET:
            return []
        if self._doubtful:
            self._add(self._doubtful)
        return [*self._captions.close(endpoint=False), self._captions.ended(self._sent)]

    def _segments(self, segments: list[Segment]) -> list[Event]:
        last = None if segments[-1].completed else segments[-1]
        fresh = [one for one in segments if one.completed and one not in self._completed]
        for one in fresh:
            self._completed.add(one)
            self._add(one)
        if last is None and not fresh:
            return []  # a look that found nothing; its own client leaves the old text standing
        self._doubtful = last
        ends = fresh and (last is None or self._captions.covered)
        events = self._captions.close(endpoint=last is None) if ends else []
        return events + self._show(last) if last else events

    def _add(self, one: Segment) -> None:
        self._captions.add(one.text, float(one.start), float(one.end))

    def _show(self, one: Segment) -> list[Event]:
        return self._captions.show(one.text, float(one.start), float(one.end))


def _decode(message: str | bytes) -> Message:
    try:
        return _messages.decode(message)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ServerError("not_a_server", f"a message not of WhisperLive: {error}") from None
