"""The two lists that are the whole conversation with a session. Values only.

Commands come from a wire, a peer connection or a file; events go to a wire, an
archive or both. Every protocol is a translation of these and nothing else.
"""

from typing import TypeAlias

from msgspec import Struct

from inference.types import Audio, Options, Samples, Words


class Speak(Struct, frozen=True):
    """More audio, at the session's own rate and contiguous with what came before."""

    audio: Audio


class Flush(Struct, frozen=True):
    """Close what is open; `Flushed` follows when all audio so far is final."""

    id: str


class Update(Struct, frozen=True):
    """Other options, from the current position on."""

    options: Options
    endpoint: Samples | None = None  # None: as before


class Finish(Struct, frozen=True):
    """No more audio; the last segments follow, then `Ended`."""


Command: TypeAlias = Speak | Flush | Update | Finish


class SpeechStarted(Struct, frozen=True):
    """Somebody began to speak at `at`; utterance numbers grow, with gaps allowed."""

    utterance: int
    at: Samples


class SpeechEnded(Struct, frozen=True):
    """The speech that began the utterance ended at `at`."""

    utterance: int
    at: Samples


class Caption(Struct, frozen=True):
    """Words shown while one speaks. `committed` only ever grows; `tentative` may change."""

    utterance: int
    committed: Words
    tentative: Words
    start: Samples


class Segment(Struct, frozen=True):
    """A finished utterance. It begins with every word that was committed, and never changes.

    words: what was promised live.
    better: the closing pass's own words where it disagrees with a promise; None where it agrees.
    endpoint: a pause follows (False: cut because it was long, or flushed).
    confidence: mean word probability, 0..1.
    """

    utterance: int
    start: Samples
    end: Samples
    words: Words
    language: str | None
    endpoint: bool
    confidence: float
    better: Words | None = None


class Revised(Struct, frozen=True):
    """A better hearing of an utterance whose segment was given before."""

    utterance: int
    words: Words


class Flushed(Struct, frozen=True):
    """All audio before `at` is in segments already given."""

    id: str
    at: Samples


class Updated(Struct, frozen=True):
    """The options in force from `at` on."""

    options: Options
    at: Samples


class Failed(Struct, frozen=True):
    """Something of ours went wrong for the audio in start..end; the session goes on."""

    code: str
    message: str
    start: Samples
    end: Samples


class Ended(Struct, frozen=True):
    """Nothing follows. `at` is the length of the session."""

    at: Samples


Event: TypeAlias = (
    SpeechStarted | SpeechEnded | Caption | Segment | Revised | Flushed | Updated | Failed | Ended
)
