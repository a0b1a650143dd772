"""Who transcribes the files, with what settings, and in which order. Pure.

Loads nothing. All have the same weights, beam and cores; what else differs is in `says`.
"""

import random
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Kind = Literal["captionflow", "served", "sequential", "batched"]


class Contender(Struct, frozen=True):
    """batch: windows in one pass of `batched`. timestamps: whether it is to write them in the text.

    served: a server hears the file; where it runs and with what is its own affair.
    """

    kind: Kind
    batch: int = 0
    timestamps: bool = False

    @property
    def name(self) -> str:
        match self.kind:
            case "captionflow":
                return "CaptionFlow"
            case "served":
                return "CaptionFlow, through the server"
            case "sequential":
                return "faster-whisper, sequential"
            case "batched":
                more = ", timestamps" if self.timestamps else ""
                return f"faster-whisper, batched by {self.batch}{more}"

    @property
    def says(self) -> str:
        """The settings, in words."""
        match self.kind:
            case "captionflow":
                return "the server's own settings, a pass for each core; with word times"
            case "served":
                return "as the server is set; with word times"
            case "sequential":
                return "transcribe(beam_size), cpu_threads = cores; no word times"
            case "batched":
                stamps = f"without_timestamps={not self.timestamps}"
                return f"batch_size={self.batch}, {stamps}, cpu_threads = cores; no word times"


def contenders(batches: Sequence[int], served: bool) -> list[Contender]:
    """Ours first, then the peers.

    batches: sizes for the batched pipeline; the first of them also runs with timestamps, which
    cost time and keep it from leaving out sentences.
    """
    ours = [Contender("captionflow"), *([Contender("served")] if served else [])]
    batched = [Contender("batched", size) for size in batches]
    stamped = [Contender("batched", size, timestamps=True) for size in batches[:1]]
    return [*ours, Contender("sequential"), *batched, *stamped]


def order(found: Sequence[Contender], repeats: int, seed: int) -> list[Contender]:
    """Every contender once in each round, each round in an order of its own: a neighbour on the
    machine who comes and goes then slows all of them alike."""
    chance = random.Random(seed)
    turns: list[Contender] = []
    for _ in range(repeats):
        around = list(found)
        chance.shuffle(around)
        turns += around
    return turns
