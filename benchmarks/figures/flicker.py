"""How restless the captions were. Pure: events in, counts out."""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from captionflow import Event, Final, Partial
from msgspec import Struct

PUNCTUATION = ".,;:!?\"'()-–—…"


class Flicker(Struct, frozen=True):
    """Counts of words over one session, but for `rewritten` and `unfinished`: segments.

    retracted: shown as tentative and gone or changed in the next text of the segment;
        case and punctuation do not count.
    shown: words of all finals, what `retracted` is divided by.
    taken_back: committed, and not at the beginning of a later text of the segment.
    rewritten: finals that came again with another text.
    unfinished: shown, but never made final.
    """

    retracted: int
    shown: int
    taken_back: int
    rewritten: int
    unfinished: int


class _Watch:
    """The segments of one session as its captions come in."""

    def __init__(self) -> None:
        self.latest: dict[int, list[str]] = {}
        self.promised: dict[int, str] = {}
        self.finals: dict[int, str] = {}
        self.retracted = 0
        self.taken_back = 0
        self.rewritten = 0

    def partial(self, event: Partial) -> None:
        if event.seg not in self.finals:
            self._change(event.seg, event.text, event.text[: event.stable])

    def final(self, event: Final) -> None:
        if event.seg in self.finals:
            self.rewritten += self.finals[event.seg] != event.text
            return
        self._change(event.seg, event.text, event.text)
        self.finals[event.seg] = event.text

    def _change(self, seg: int, text: str, stable: str) -> None:
        promised = self.promised.get(seg, "")
        if not text.startswith(promised):
            self.taken_back += _lost(promised.split(), text.split())
            self.promised[seg] = stable
        elif len(stable) > len(promised):
            self.promised[seg] = stable
        bare, kept = _bare(text), len(promised.split())
        tentative = self.latest.get(seg, [])
        self.retracted += min(_lost(tentative, bare), max(len(tentative) - kept, 0))
        self.latest[seg] = bare


def flicker(events: Iterable[Event]) -> Flicker:
    watch = _Watch()
    for event in events:
        match event:
            case Partial():
                watch.partial(event)
            case Final():
                watch.final(event)
    shown = sum(len(text.split()) for text in watch.finals.values())
    unfinished = sum(1 for seg, words in watch.latest.items() if words and seg not in watch.finals)
    return Flicker(watch.retracted, shown, watch.taken_back, watch.rewritten, unfinished)


def _lost(before: Sequence[str], now: Sequence[str]) -> int:
    pairs = zip(before, now, strict=False)
    return len(before) - sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _bare(text: str) -> list[str]:
    return [bare for word in text.lower().split() if (bare := word.strip(PUNCTUATION))]
