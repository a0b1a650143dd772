"""WhisperLiveKit 0.2.26 over its own WebSocket in mode "full", its default. No socket.

Every message has the whole transcript: `lines` are committed and only grow,
`buffer_transcription` is in doubt. A server with diarization moves words between lines later
and cannot be measured here.
"""

from contextlib import AbstractAsyncContextManager

import msgspec
from captionflow import Event, ServerError
from msgspec import Struct

from benchmarks.targets.address import socket_address
from benchmarks.targets.captions import Captions
from benchmarks.targets.port import CannotFlush, Talk
from benchmarks.targets.session import session

SILENCE = -2  # the speaker of a line without words


class WhisperLiveKit:
    """A server at `/asr`, started with `--pcm-input`. Raises BadTarget for what is no address.

    The language is the server's own: one that a client asks for makes its sessions take turns.
    An address with `?language=` asks all the same. Model and pause are the server's too.
    """

    name = "whisperlivekit"
    can_flush = False

    def __init__(
        self, url: str, language: str, endpoint_ms: int, token: str | None, model: str | None
    ) -> None:
        self._address = socket_address(url, "/asr")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def open(self) -> AbstractAsyncContextManager[Talk]:
        return session(self._address, self._headers, WhisperLiveKitWire())


class Line(Struct):
    """Committed text; times as H:MM:SS.cc."""

    start: str
    end: str
    speaker: int = 1
    text: str | None = None


class Message(Struct):
    """What the server says; the transcript has no `type`."""

    type: str = ""
    useAudioWorklet: bool = True
    error: str = ""
    lines: list[Line] = []
    buffer_transcription: str = ""


_messages = msgspec.json.Decoder(Message)


class WhisperLiveKitWire:
    """One session: the growth of all lines is fixed, the buffer is in doubt."""

    def __init__(self) -> None:
        self.ready = False
        self._captions = Captions()
        self._committed = ""
        self._reached = 0.0  # seconds; the end of the committed text
        self._doubtful = ""
        self._sent = 0

    def opening(self) -> list[str | bytes]:
        return []

    def audio(self, data: bytes) -> list[str | bytes]:
        self._sent += len(data)
        return [data] if data else []  # an empty message is the end

    def flush(self) -> list[str | bytes]:
        raise CannotFlush(WhisperLiveKit.name)

    def ending(self) -> list[str | bytes]:
        return [b""]

    def heard(self, message: str | bytes) -> list[Event]:
        said = _decode(message)
        if said.error:
            raise ServerError("failed", f"the server failed: {said.error}")
        match said.type:
            case "config":
                return self._greeted(said.useAudioWorklet)
            case "ready_to_stop":
                return self._finish()
            case "":
                return self._transcript(said.lines, said.buffer_transcription)
            case _:
                return []

    def quiet(self, seconds: float) -> list[Event]:
        return []

    def _greeted(self, takes_samples: bool) -> list[Event]:
        if not takes_samples:
            raise ServerError("wrong_input", "the server must be started with --pcm-input")
        self.ready = True
        return []

    def _transcript(self, lines: list[Line], buffer: str) -> list[Event]:
        spoken = [line for line in lines if line.speaker != SILENCE and line.text]
        whole = " ".join(" ".join(line.text or "" for line in spoken).split())
        if not whole.startswith(self._committed):
            raise ServerError("rewritten", "the server changed text that it had committed")
        start, self._doubtful = self._reached, buffer
        if fresh := whole[len(self._committed) :]:
            self._committed, self._reached = whole, _seconds(spoken[-1].end)
            self._captions.add(fresh, start, self._reached)
        settled = not buffer.strip()
        ends = self._captions.fixed and (settled or (fresh and self._captions.covered))
        events = self._captions.close(endpoint=settled) if ends else []
        return events + self._captions.show(buffer, self._reached, self._reached)

    def _finish(self) -> list[Event]:
        self._captions.add(self._doubtful, self._reached, self._reached)
        return [*self._captions.close(endpoint=False), self._captions.ended(self._sent)]


def _seconds(clock: str) -> float:
    seconds = 0.0
    for part in clock.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def _decode(message: str | bytes) -> Message:
    try:
        return _messages.decode(message)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ServerError("not_a_server", f"a message not of WhisperLiveKit: {error}") from None
