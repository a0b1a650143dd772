"""What a run was asked for: enough to do it again. Values only."""

from typing import Any

from msgspec import Struct, field

Sections = dict[str, dict[str, Any]]
"""Sections and fields of the server's settings file."""


class Settings(Struct, frozen=True):
    """seconds, warmup, spread, drain: seconds. serve: only a server of our own can be given any.

    warmup: at the beginning of each stream; what is said in it is played and counts for nothing.
    talk: share of the time in which somebody speaks; 1.0 is one utterance after the other.
    forced: the client says when an utterance is over, and does not leave it to the server.
    """

    target: str
    corpus: str
    language: str
    category: str | None
    ids: tuple[str, ...]
    seconds: float
    seed: int
    spread: float
    drain: float
    endpoint_ms: int
    model: str | None
    offline: bool
    warmup: float = 0.0
    talk: float = 1.0
    forced: bool = False
    serve: Sections = field(default_factory=dict)
