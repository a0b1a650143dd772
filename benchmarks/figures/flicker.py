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
    unstable: words of a caption, as they stand on the screen, from the first one on that the next
        text of the segment does not have there; a last word that only grows is stable. Over
        `shown` this is the unstable partial word ratio, after Shangguan et al. 2020,
        arXiv 2006.01416. Unlike `retracted` it counts case, punctuation and committed words.
    """

    retracted: int
    shown: int
    taken_back: int
    rewritten: int
    unfinished: int
    unstable: int = 0


class _Watch:
    """The segments of one session as its captions come in."""

    def __init__(self) -> None:
        self.latest: dict[int, list[str]] = {}
        self.displayed: dict[int, list[str]] = {}
        self.promised: dict[int, str] = {}
        self.finals: dict[int, str] = {}
        self.retracted = 0
        self.taken_back = 0
        self.rewritten = 0
        self.unstable = 0

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
        words = text.split()
        self.unstable += _unstable(self.displayed.get(seg, []), words)
        self.displayed[seg] = words


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
    return Flicker(
        watch.retracted, shown, watch.taken_back, watch.rewritten, unfinished, watch.unstable
    )


def _lost(before: Sequence[str], now: Sequence[str]) -> int:
    pairs = zip(before, now, strict=False)
    return len(before) - sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _unstable(before: Sequence[str], now: Sequence[str]) -> int:
    lost = _lost(before, now)
    grown = lost == 1 and len(now) >= len(before) and now[len(before) - 1].startswith(before[-1])
    return 0 if grown else lost


def _bare(text: str) -> list[str]:
    return [bare for word in text.lower().split() if (bare := word.strip(PUNCTUATION))]
