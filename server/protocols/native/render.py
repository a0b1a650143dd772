"""Events and answers as messages of `stt.v1`. Pure."""

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import asdict

from inference.types import SAMPLE_RATE, Options, Samples, Word, Words, text_of
from server.protocols.native.messages import MAX_FRAME, Stamp
from server.protocols.native.requests import View
from streaming.events import (
    Caption,
    Ended,
    Event,
    Failed,
    Flushed,
    Revised,
    Segment,
    SpeechEnded,
    SpeechStarted,
    Updated,
)

Message: TypeAlias = dict[str, Any]
_encoder = msgspec.json.Encoder()


def seconds(at: Samples) -> float:
    return round(at / SAMPLE_RATE, 3)


def _word(word: Word) -> Message:
    return {
        "word": word.text,
        "start": seconds(word.start),
        "end": seconds(word.end),
        "confidence": round(word.probability, 3),
    }


def _words(words: Words) -> list[Message]:
    return [_word(word) for word in words]


class Renderer:
    """Events to messages for one client. Counts the revisions of captions and nothing else."""

    def __init__(
        self, view: Callable[[], View], position: Callable[[int | None, Samples], int]
    ) -> None:
        """view: what the client wants to see now. position: of an event with this number and
        this point on the session's clock, as a position of the client's audio."""
        self.view = view
        self.position = position
        self.rev = 0

    def render(self, seq: int | None, event: Event) -> bytes | None:
        """The message for an event; None when the client did not ask for it."""
        match event:
            case Caption():
                message = self._partial(event) if self.view().partials else None
            case Segment():
                message = self._final(event)
            case Revised(utterance, words):
                better = {"text": text_of(words), "words": _words(words)}
                message = {"type": "revise", "seg": utterance, **better}
            case SpeechStarted(utterance, at):
                message = {"type": "speech_start", "seg": utterance, "at": seconds(at)}
            case SpeechEnded(utterance, at):
                message = {"type": "speech_end", "seg": utterance, "at": seconds(at)}
            case Flushed(id, at):
                message = {"type": "flushed", "id": id, "pos": self.position(seq, at)}
            case Updated(options):
                message = {"type": "updated", "options": self._options(options)}
            case Failed(code, text):
                message = {"type": "error", "code": code, "message": text, "fatal": False}
            case Ended(at):
                message = {"type": "ended", "pos": self.position(seq, at), "duration": seconds(at)}
        if message is None:
            return None
        return encode(message if seq is None else {**message, "seq": seq})

    def _partial(self, caption: Caption) -> Message:
        self.rev += 1
        words = caption.committed + caption.tentative
        stable = "".join(word.text for word in caption.committed).lstrip()
        return {
            "type": "partial",
            "seg": caption.utterance,
            "rev": self.rev,
            "text": "".join(word.text for word in words).lstrip(),
            "stable": len(stable),
            "start": seconds(caption.start),
            "end": seconds(words[-1].end if words else caption.start),
        }

    def _final(self, segment: Segment) -> Message:
        words = {"words": _words(segment.words)} if self.view().words else {}
        return {
            "type": "final",
            "seg": segment.utterance,
            "start": seconds(segment.start),
            "end": seconds(segment.end),
            "text": text_of(segment.words),
            "language": segment.language,
            "confidence": round(segment.confidence, 3),
            "endpoint": segment.endpoint,
            **words,
        }

    def _options(self, options: Options) -> Message:
        return {
            "language": options.language or "auto",
            "hotwords": list(options.hotwords),
            "translate_to": "en" if options.task == "translate" else None,
            **asdict(self.view()),
        }


def encode(message: Message) -> bytes:
    return _encoder.encode(message)


def welcome(
    session: str,
    token: str,
    *,
    resumed: bool,
    received: int,
    settled: int,
    seq: int,
    after: int,
    linger: float,
    max_ahead: int,
) -> bytes:
    return encode(
        {
            "type": "welcome",
            "session": session,
            "token": token,
            "resumed": resumed,
            "received": received,
            "settled": settled,
            "seq": seq,
            "after": after,
            "linger_s": linger,
            "max_ahead_s": max_ahead,
            "max_frame": MAX_FRAME,
        }
    )


def audio_ack(received: int, settled: int) -> bytes:
    return encode({"type": "audio_ack", "received": received, "settled": settled})


def pong(t: Stamp) -> bytes:
    return encode({"type": "pong", "t": t})


def warning(code: str, message: str) -> bytes:
    return encode({"type": "warning", "code": code, "message": message})


def error(code: str, message: str, retry_after: int | None = None) -> bytes:
    fields = {} if retry_after is None else {"retry_after": retry_after}
    return encode({"type": "error", "code": code, "message": message, "fatal": True, **fields})
