"""Any server that speaks Deepgram's live transcription, version 1. No socket.

An interim replaces the interim before it; a result with `is_final` is fixed and the next one
begins after it; `speech_final` ends the utterance.
"""

import math
from contextlib import AbstractAsyncContextManager

import msgspec
from captionflow import Event, ServerError
from captionflow.protocol import Word
from msgspec import Struct

from benchmarks.targets.address import socket_address
from benchmarks.targets.captions import Captions
from benchmarks.targets.port import Talk
from benchmarks.targets.session import session


class Deepgram:
    """A server at `/v1/listen`. Raises BadTarget for what is no address."""

    name = "deepgram"
    can_flush = True

    def __init__(
        self, url: str, language: str, endpoint_ms: int, token: str | None, model: str | None
    ) -> None:
        query = [
            ("encoding", "linear16"),
            ("sample_rate", "16000"),
            ("channels", "1"),
            ("interim_results", "true"),
            ("punctuate", "true"),
            ("endpointing", str(endpoint_ms)),
            ("language", language),
        ]
        more = [("model", model)] if model else []
        self._address = socket_address(url, "/v1/listen", [*query, *more])
        self._headers = {"Authorization": f"Token {token}"} if token else {}

    def open(self) -> AbstractAsyncContextManager[Talk]:
        return session(self._address, self._headers, DeepgramWire())


class Heard(Struct):
    """A word of a result."""

    word: str
    start: float
    end: float
    confidence: float | None = None
    punctuated_word: str | None = None


class Alternative(Struct):
    """A reading of the audio; only the first is looked at."""

    transcript: str
    words: list[Heard] = []


class Channel(Struct):
    alternatives: list[Alternative]


class Results(Struct, tag="Results"):
    """Text of `duration` seconds from `start` on."""

    start: float
    duration: float
    channel: Channel
    is_final: bool = False
    speech_final: bool = False
    from_finalize: bool = False


class Metadata(Struct, tag="Metadata"):
    """After CloseStream: all has been said. Some send one at the beginning too."""


class Failure(Struct, tag="Error"):
    """The server gave up."""

    description: str = ""
    message: str = ""


class _Kind(Struct):
    type: str = ""


_kinds = msgspec.json.Decoder(_Kind)
_messages = msgspec.json.Decoder(Results | Metadata | Failure)
KNOWN = frozenset(("Results", "Metadata", "Error"))


class DeepgramWire:
    """One session: a segment is an utterance, its `is_final` results are its fixed text."""

    ready = True  # there is no greeting

    def __init__(self) -> None:
        self._captions = Captions()
        self._interim = ""
        self._sent = 0
        self._closing = False

    def opening(self) -> list[str | bytes]:
        return []

    def audio(self, data: bytes) -> list[str | bytes]:
        self._sent += len(data)
        return [data] if data else []  # an empty message once meant the end

    def flush(self) -> list[str | bytes]:
        return ['{"type":"Finalize"}']

    def ending(self) -> list[str | bytes]:
        self._closing = True
        return ['{"type":"CloseStream"}']

    def heard(self, message: str | bytes) -> list[Event]:
        match _decode(message):
            case Results() as results:
                return self._results(results)
            case Metadata() if self._closing:
                return self._finish()
            case Failure() as failure:
                raise ServerError("failed", failure.description or failure.message)
            case _:
                return []

    def quiet(self, seconds: float) -> list[Event]:
        return self._finish() if self._closing and seconds == math.inf else []

    def _results(self, results: Results) -> list[Event]:
        said = results.channel.alternatives[0] if results.channel.alternatives else Alternative("")
        start, end = results.start, results.start + results.duration
        if not results.is_final:
            self._interim = said.transcript
            return self._captions.show(self._interim, start, end)
        self._interim = _beyond(self._interim, said.transcript)
        self._captions.add(said.transcript, start, end, tuple(map(_word, said.words)))
        if results.speech_final or results.from_finalize:
            return self._captions.close(endpoint=True)
        return self._captions.show(self._interim, start, end)

    def _finish(self) -> list[Event]:
        return [*self._captions.close(endpoint=False), self._captions.ended(self._sent)]


def _beyond(interim: str, fixed: str) -> str:
    """What the interim showed after the text that is now fixed; it stays until the next one."""
    return interim[len(fixed) :].strip() if interim.startswith(fixed) else ""


def _word(heard: Heard) -> Word:
    return Word(f" {heard.punctuated_word or heard.word}", heard.start, heard.end, heard.confidence)


def _decode(message: str | bytes) -> Results | Metadata | Failure | None:
    try:
        if _kinds.decode(message).type not in KNOWN:
            return None
        found: Results | Metadata | Failure = _messages.decode(message)
        return found
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ServerError("not_a_server", f"a message that is not Deepgram's: {error}") from None
