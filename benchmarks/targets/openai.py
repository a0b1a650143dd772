"""Any server that speaks OpenAI's Realtime API in transcription mode. No socket.

Deltas only append, so all that is shown is fixed; `completed` ends an item. The API has no
message for the end of the audio: what is left is committed, a second update of the session
tells when that has been heard, and every item that was begun must then complete.
"""

import base64
import math
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec
import numpy as np
import soxr
from captionflow import Event, ServerError
from captionflow.protocol import Ended, Final, Partial, Warning
from msgspec import Struct

from benchmarks.targets.address import socket_address
from benchmarks.targets.port import Talk
from benchmarks.targets.session import session

RATE = 24_000  # samples a second: the one rate that all servers of this API take
QUALITY = "LQ"  # delays audio by 6 ms and keeps all that speech models hear
QUIET = 15.0  # seconds without news after which a begun item without a commit was nothing
EMPTY = "input_audio_buffer_commit_empty"  # not a failure: there was nothing left to commit


class OpenAI:
    """A server at `/v1/realtime`. Raises BadTarget for what is no address."""

    name = "openai"
    can_flush = True

    def __init__(
        self, url: str, language: str, endpoint_ms: int, token: str | None, model: str | None
    ) -> None:
        self._address = socket_address(url, "/v1/realtime", [("intent", "transcription")])
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._language, self._endpoint_ms, self._model = language, endpoint_ms, model

    def open(self) -> AbstractAsyncContextManager[Talk]:
        wire = OpenAIWire(self._language, self._endpoint_ms, self._model)
        return session(self._address, self._headers, wire)


class Failure(Struct, frozen=True):
    """Why something failed."""

    message: str = ""
    code: str | None = None


class Message(Struct):
    """What the server says; its fields depend on `type`."""

    type: str
    item_id: str = ""
    delta: str = ""
    transcript: str = ""
    audio_start_ms: int = 0
    audio_end_ms: int = 0
    error: Failure = Failure()


class Item(Struct):
    """A turn of speech and what is known of it. Times in seconds."""

    seg: int
    start: float
    end: float
    text: str = ""
    committed: bool = False


_messages = msgspec.json.Decoder(Message)
TRANSCRIPTION = "conversation.item.input_audio_transcription."


class OpenAIWire:
    """One session: an item is a segment, numbered when it is first heard of."""

    def __init__(self, language: str, endpoint_ms: int, model: str | None) -> None:
        self.ready = False
        self._options = _options(language, endpoint_ms, model)
        self._resampler = soxr.ResampleStream(16_000, RATE, 1, dtype="int16", quality=QUALITY)
        self._items: dict[str, Item] = {}  # begun and not completed
        self._segs: dict[str, int] = {}
        self._seq = self._sent = 0
        self._reached = 0.0  # seconds; the latest that the server spoke of
        self._closing = self._drained = False

    def opening(self) -> list[str | bytes]:
        return [self._update()]

    def audio(self, data: bytes) -> list[str | bytes]:
        self._sent += len(data)
        return self._append(np.frombuffer(data, np.int16), last=False)

    def flush(self) -> list[str | bytes]:
        return ['{"type":"input_audio_buffer.commit"}']

    def ending(self) -> list[str | bytes]:
        self._closing = True
        rest = self._append(np.zeros(0, np.int16), last=True)
        return [*rest, *self.flush(), self._update()]

    def heard(self, message: str | bytes) -> list[Event]:
        said = _decode(message)
        match said.type.removeprefix(TRANSCRIPTION):
            case "session.updated":
                self.ready, self._drained = True, self._closing
            case "error" if said.error.code != EMPTY:
                raise ServerError("failed", f"the server failed: {said.error.message}")
            case "input_audio_buffer.speech_started":
                self._item(said).start = said.audio_start_ms / 1000
            case "input_audio_buffer.speech_stopped":
                self._item(said).end = said.audio_end_ms / 1000
            case "input_audio_buffer.committed":
                self._item(said).committed = True
            case "delta" | "completed" | "failed" as what:
                return [*self._text(what, said), *self._ended()]
        return self._ended()

    def quiet(self, seconds: float) -> list[Event]:
        waiting = any(item.committed or item.text for item in self._items.values())
        if seconds == math.inf or (self._drained and seconds >= QUIET and not waiting):
            return [] if waiting else [self._end()]
        return []

    def _text(self, what: str, said: Message) -> list[Event]:
        item = self._item(said)
        if what == "delta":
            item.text += said.delta
            return [self._partial(item)] if said.delta else []
        self._items.pop(said.item_id, None)
        self._reached = max(self._reached, item.end)
        if what == "failed":
            return [Warning(said.error.code or "failed", said.error.message)]
        end = item.end or self._reached
        return [Final(self._number(), item.seg, item.start, end, said.transcript, endpoint=True)]

    def _partial(self, item: Item) -> Partial:
        return Partial(item.seg, item.text, 0, len(item.text), item.start, item.start)

    def _item(self, said: Message) -> Item:
        """The item spoken of; one that is complete is not begun again."""
        known = self._segs.get(said.item_id)
        seg = self._segs.setdefault(said.item_id, len(self._segs))
        if known is None:
            self._items[said.item_id] = Item(seg, self._reached, 0.0)
        return self._items.get(said.item_id) or Item(seg, self._reached, 0.0)

    def _ended(self) -> list[Event]:
        return [self._end()] if self._drained and not self._items else []

    def _end(self) -> Ended:
        return Ended(self._number(), self._sent, self._sent / 32_000)

    def _number(self) -> int:
        self._seq += 1
        return self._seq

    def _append(
        self, samples: np.ndarray[Any, np.dtype[np.int16]], last: bool
    ) -> list[str | bytes]:
        sound = self._resampler.resample_chunk(samples, last=last).astype("<i2").tobytes()
        if not sound:
            return []
        audio = base64.b64encode(sound).decode()
        return [f'{{"type":"input_audio_buffer.append","audio":"{audio}"}}']

    def _update(self) -> str:
        return msgspec.json.encode({"type": "session.update", "session": self._options}).decode()


def _options(language: str, endpoint_ms: int, model: str | None) -> dict[str, Any]:
    return {
        "type": "transcription",
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": RATE},
                "transcription": {"language": language} | ({"model": model} if model else {}),
                "turn_detection": {"type": "server_vad", "silence_duration_ms": endpoint_ms},
            }
        },
    }


def _decode(message: str | bytes) -> Message:
    try:
        return _messages.decode(message)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ServerError("not_a_server", f"a message not of this API: {error}") from None
