"""When each spoken word was seen, and each ending. Pure: a log of events in, seconds out.

Every latency counts from the schedule (`began` + word end), not from when the audio left.
"""

from collections.abc import Sequence

from captionflow import Final, Partial
from msgspec import Struct

from benchmarks.figures.alignment import Place, places, shown_places
from benchmarks.figures.laal import lagging
from benchmarks.run.drive import Seen, StreamLog
from benchmarks.speech.normalise import tokens


class Latencies(Struct, frozen=True):
    """Seconds; may be below zero where a word was guessed before it had been spoken.

    Without word times all are empty or None but `missed` and `lagging`: nobody knows since when
    to count.
    shown, committed: one for each reference word that the finals have right.
    missed: reference words that they have not; in no latency.
    first_word: from the onset of the first word to the first text.
    last_final: from the end of the last word to the last final with text.
    endings: for each final at a pause, from the end of its last word to the final; none when the
        client asked for the ends.
    forced: for each utterance whose end the client asked for, from the end of its last word to
        the final with the last word that was heard of it.
    lagging: for each utterance, see `laal`.
    """

    shown: tuple[float, ...]
    committed: tuple[float, ...]
    missed: int
    first_word: float | None
    last_final: float | None
    endings: tuple[float, ...]
    forced: tuple[float, ...] = ()
    lagging: tuple[float, ...] = ()


class Segment(Struct, frozen=True):
    """A final as the run ended with it, and where its first word stands in the transcript."""

    at: float
    final: Final
    words: tuple[str, ...]
    offset: int


def segments(seen: Sequence[Seen]) -> list[Segment]:
    """The finals in the order they came; of two for one segment the first, which was promised."""
    found: dict[int, Segment] = {}
    offset = 0
    for one in seen:
        if isinstance(one.event, Final) and one.event.seg not in found:
            words = tuple(tokens(one.event.text))
            found[one.event.seg] = Segment(one.at, one.event, words, offset)
            offset += len(words)
    return list(found.values())


def transcript(finals: Sequence[Segment]) -> list[str]:
    """The normalised words of all finals."""
    return [word for segment in finals for word in segment.words]


def latencies(log: StreamLog) -> Latencies:
    finals = segments(log.seen)
    reference = log.stream.tokens
    placed = places([token.text for token in reference], transcript(finals))
    right = {hyp: place.reference for hyp, place in placed.items() if place.equal}
    shown, committed = _sightings(log.seen, finals)
    missed, lagged = len(reference) - len(right), tuple(lagging(log, placed, committed))
    if not log.stream.timed:
        return Latencies((), (), missed, None, None, (), (), lagged)
    ends = {hyp: log.began + reference[ref].end for hyp, ref in right.items()}
    return Latencies(
        shown=tuple(shown[hyp] - end for hyp, end in ends.items()),
        committed=tuple(committed[hyp] - end for hyp, end in ends.items()),
        missed=missed,
        first_word=_first_word(log),
        last_final=_last_final(log, finals),
        endings=() if log.flushed else tuple(_endings(log, finals, placed)),
        forced=tuple(_forced(log, finals, placed)),
        lagging=lagged,
    )


def _sightings(
    seen: Sequence[Seen], finals: Sequence[Segment]
) -> tuple[dict[int, float], dict[int, float]]:
    """Word of the transcript -> when it was first on the screen, and first promised."""
    shown: dict[int, float] = {}
    committed: dict[int, float] = {}
    open_segments = {segment.final.seg: segment for segment in finals}
    for one in seen:
        match one.event:
            case Partial(seg=seg, text=text, stable=stable) if seg in open_segments:
                segment = open_segments[seg]
                _note(shown, segment, text, one.at)
                _note(committed, segment, text[:stable], one.at)
            case Final(seg=seg) if seg in open_segments:
                segment = open_segments.pop(seg)
                for number in range(segment.offset, segment.offset + len(segment.words)):
                    shown.setdefault(number, one.at)
                    committed.setdefault(number, one.at)
    return shown, committed


def _note(sightings: dict[int, float], segment: Segment, text: str, at: float) -> None:
    for place in shown_places(tokens(text), segment.words):
        sightings.setdefault(segment.offset + place, at)


def _first_word(log: StreamLog) -> float | None:
    for one in log.seen:
        if isinstance(one.event, Partial | Final) and one.event.text.strip():
            return one.at - (log.began + log.stream.words[0].start) if log.stream.words else None
    return None


def _last_final(log: StreamLog, finals: Sequence[Segment]) -> float | None:
    spoken = max((word.end for word in log.stream.words), default=None)
    said = [segment.at for segment in finals if segment.words]
    return None if spoken is None or not said else max(said) - (log.began + spoken)


def _endings(log: StreamLog, finals: Sequence[Segment], placed: dict[int, Place]) -> list[float]:
    found: list[float] = []
    for segment in finals:
        within = range(segment.offset, segment.offset + len(segment.words))
        spoken = [placed[number].reference for number in within if number in placed]
        if segment.final.endpoint and spoken:
            found.append(segment.at - (log.began + log.stream.tokens[spoken[-1]].end))
    return found


def _forced(log: StreamLog, finals: Sequence[Segment], placed: dict[int, Place]) -> list[float]:
    spoken = [turn for turn in log.stream.turns if turn.last > turn.first]
    found: list[float] = []
    for turn in spoken[: log.flushed]:
        heard = [hyp for hyp, at in placed.items() if turn.first <= at.reference < turn.last]
        for segment in finals:
            if heard and 0 <= max(heard) - segment.offset < len(segment.words):
                found.append(segment.at - (log.began + turn.over))
    return found
