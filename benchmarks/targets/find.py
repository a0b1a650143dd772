"""The targets by name. Makes them; dials nothing."""

from typing import Protocol

from benchmarks.targets.address import BadTarget
from benchmarks.targets.captionflow import CaptionFlow
from benchmarks.targets.deepgram import Deepgram
from benchmarks.targets.openai import OpenAI
from benchmarks.targets.port import Target
from benchmarks.targets.whisperlive import WhisperLive
from benchmarks.targets.whisperlivekit import WhisperLiveKit


class Kind(Protocol):
    """How a target is made."""

    name: str

    def __call__(
        self, url: str, language: str, endpoint_ms: int, token: str | None, model: str | None
    ) -> Target: ...


_KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (CaptionFlow, OpenAI, Deepgram, WhisperLive, WhisperLiveKit)
}
NAMES: tuple[str, ...] = tuple(_KINDS)


def find(
    name: str, url: str, *, language: str, endpoint_ms: int, token: str | None, model: str | None
) -> Target:
    """The target called `name` at `url`.

    language: ISO 639-1. endpoint_ms: the pause that ends an utterance, for servers that can be
    told; see README.md. model: None for the server's own choice.
    Raises BadTarget for an unknown name or an address of a wrong form.
    """
    if name not in _KINDS:
        raise BadTarget(f"no target is called {name!r}; there are {', '.join(NAMES)}")
    return _KINDS[name](url, language, endpoint_ms, token, model)
