"""What the tests of streaming share: rules in frames, and a driver of a bare session."""

from collections import deque
from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np

from inference.types import FRAME, Hypothesis, Options, Urgency, Window, Word, Words
from streaming.agreement import Trust
from streaming.events import Event
from streaming.session import Output, Session
from streaming.settings import Policy

LIKELIHOOD = {"#": 0.95, "~": 0.42, ".": 0.03}

E = TypeVar("E")


def rules(**frames: Any) -> Policy:
    """A policy with every rule given, in frames; short, so that drawings are."""
    lengths: dict[str, int | None] = {
        "look_every": 3,
        "first_look": 2,
        "look_window": 40,
        "anchor": 8,
        "endpoint": 4,
        "early": None,
        "spare": 8,
        "pre_roll": 3,
        "post_roll": 2,
        "longest": 80,
        "shortest": 2,
    }
    others = {"trust": trust(), "in_flight": 4, "urgency": Urgency.FINAL}
    others |= {name: frames.pop(name) for name in list(frames) if name in others}
    lengths |= frames
    scaled = {n: None if v is None else v * FRAME for n, v in lengths.items()}
    return Policy(**scaled, **others)  # type: ignore[arg-type]


def trust(
    apart: int = 3, floor: float = 0.3, guess: float = 0.0, patience: int = 30, show: float = 0.5
) -> Trust:
    """When a word is believed, with every rule given; lengths in frames."""
    return Trust(apart * FRAME, floor, guess, patience * FRAME, show)


def said(text: str, start: int, each: int = 3, probability: float = 0.9) -> Words:
    """Words of `each` frames, the first at frame `start`."""
    return tuple(
        Word(f" {w}", (start + i * each) * FRAME, (start + (i + 1) * each) * FRAME, probability)
        for i, w in enumerate(text.split())
    )


def heard(words: Words, language: str | None = None) -> Hypothesis:
    return Hypothesis(words, language, 0.9 if language else 0.0, 0.05, -0.2)


class Told:
    """A session, what it was told and what it gave: events in order, windows until answered.

    The samples of frame i are all i, so that a window shows which audio it holds.
    """

    def __init__(self, policy: Policy, options: Options = Options()) -> None:  # noqa: B008
        self.session = Session(policy, options)
        self.events: list[Event] = []
        self.windows: deque[Window] = deque()

    @property
    def frame(self) -> int:
        """How many frames it has been told."""
        return self.session.clock // FRAME

    def talk(self, picture: str) -> "Told":
        """A character for each frame: "#" speech, "~" doubt, "." silence."""
        for mark in picture:
            frame = np.full(FRAME, self.frame, np.float32)
            self.take(self.session.audio(frame, LIKELIHOOD[mark]))
        return self

    def take(self, outputs: Iterable[Output]) -> None:
        for output in outputs:
            if isinstance(output, Window):
                self.windows.append(output)
            else:
                self.events.append(output)

    def answer(self, words: Words | None, language: str | None = None) -> "Told":
        """Answer the window that waits longest; None: the model failed."""
        hypothesis = None if words is None else heard(words, language)
        self.take(self.session.heard(self.windows.popleft(), hypothesis))
        return self

    def without_looks(self) -> "Told":
        """Forget the looks in the air, as if the model never came to them."""
        self.windows = deque(w for w in self.windows if w.urgency is not Urgency.LOOK)
        return self

    def flush(self, id: str) -> "Told":
        self.take(self.session.flush(id))
        return self

    def finish(self) -> "Told":
        self.take(self.session.finish())
        return self

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]
