"""What a visit means: when each word was spoken, sent, told and shown. Pure.

The microphone's file is the clock. Chromium says when it captured each piece of it, so what was
heard first is looked for in the file, and then it is known when any word of it was spoken. A piece
counts as spoken when it is handed over; what Chromium itself did to it before is not known.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from statistics import median

import numpy as np
import soxr
from captionflow import Event, Final, Partial, Welcome
from captionflow.protocol import decode_event
from numpy.typing import NDArray

from benchmarks.page.place import Place, Sound, find, sound
from benchmarks.page.visit import Seen
from benchmarks.run.drive import Seen as Told
from benchmarks.run.drive import StreamLog
from benchmarks.speech.corpus import RATE
from benchmarks.speech.streams import Stream

AHEAD = 0.1  # seconds that a piece may come after its own time, at best; more is another clock
SURE = 0.5  # likeness below which a sound was not found
BEGINNING = 10.0  # seconds in which that of a recording is looked for


class NotPlaced(Exception):
    """It cannot be told when the words of a visit were spoken; the message says why."""


def began(seen: Seen, stream: Stream) -> float:
    """When the first sample of the file was heard, on the monotonic clock. Raises NotPlaced."""
    witness = seen.witness
    if not witness.captured:
        raise NotPlaced("the browser does not tell when it captures sound")
    times = [witness.base + at / 1000 for _, at, _ in witness.captured]
    first = min(told - at for (told, _, _), at in zip(witness.captured, times, strict=True))
    if not 0 <= first / 1000 <= AHEAD:
        raise NotPlaced(f"captured sound comes {first:.0f} ms after its time: not the page's clock")
    counts = accumulate(count for _, _, count in witness.captured)
    start = median(
        at - count / witness.rate * 1000 for at, count in zip(times, counts, strict=True)
    )
    heard = soxr.resample(np.array(witness.beginning, np.float32), witness.rate, RATE)
    return seen.at(start) - _found(stream, heard).offset / RATE


def told(seen: Seen, stream: Stream, since: float) -> StreamLog:
    """What came over the socket. since: `began`."""
    events = ((at, decode_event(text)) for at, text in seen.witness.messages)
    return _log(stream, since, [(seen.at(at), it) for at, it in events if it is not None])


def shown(seen: Seen, stream: Stream, since: float) -> StreamLog:
    """What could be read: a paragraph is a segment."""
    return _log(stream, since, [(seen.at(at), it) for at, it in _paragraphs(seen)])


def finals(seen: Seen) -> list[str]:
    """The paragraphs that could be read in the end, in their order."""
    last = {number: (final, text) for _, number, final, text, _ in seen.witness.shown}
    return [text for _, (final, text) in sorted(last.items()) if final and text]


def sending(seen: Seen, stream: Stream, since: float, recording: Sound) -> list[float]:
    """Seconds from the capture of each piece's last sample until it was sent. Raises NotPlaced.

    recording: the server's, by which it is known where in the file the session begins.
    """
    start = since + _found(stream, recording[: round(BEGINNING * RATE)]).offset / RATE
    pace = seen.witness.pace
    return [seen.at(at) - start - (pos + size) / pace for at, pos, size in seen.witness.frames]


def showing(seen: Seen) -> list[float]:
    """Seconds from each message with words until a frame with a change was made."""
    arrivals = [
        at for at, text in seen.witness.messages if isinstance(decode_event(text), Partial | Final)
    ]
    frames = sorted({at for at, *_ in seen.witness.shown})
    found: list[float] = []
    for at in frames:
        before = [arrival for arrival in arrivals if arrival <= at]
        if before:
            found.append((at - before[-1]) / 1000)
    return found


def session(seen: Seen) -> str:
    """Of the first welcome; who comes back goes on with it."""
    events = (decode_event(text) for _, text in seen.witness.messages)
    return next(event.session for event in events if isinstance(event, Welcome))


def sent(seen: Seen) -> NDArray[np.int16]:
    """The sound of the visit as it went to the server; twice sent is once here."""
    witness = seen.witness
    whole = bytearray(max((pos + size for _, pos, size in witness.frames), default=0))
    for (_, pos, size), piece in zip(witness.frames, witness.sound, strict=True):
        whole[pos : pos + size] = piece
    return np.frombuffer(bytes(whole), "<i2")


def _found(stream: Stream, part: Sound) -> Place:
    place = find(sound(stream.samples), part)
    if place.sure < SURE:
        raise NotPlaced(f"what was heard is not the file (likeness {place.sure:.2f})")
    return place


def _log(stream: Stream, since: float, events: Sequence[tuple[float, Event]]) -> StreamLog:
    return StreamLog(stream, since, seen=[Told(at, event) for at, event in events])


def _paragraphs(seen: Seen) -> Iterator[tuple[float, Event]]:
    for count, (at, number, final, committed, tentative) in enumerate(seen.witness.shown):
        if final:
            yield at, Final(count, number, 0.0, 0.0, committed)
        else:
            yield at, Partial(number, committed + tentative, stable=len(committed))
