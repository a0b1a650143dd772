"""What was lost, doubled or changed of one session: what was said against what is there. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from benchmarks.chaos.caller import Log
from benchmarks.chaos.talk import BYTES, Talk
from inference.types import SAMPLE_RATE, Samples

CERTAIN: Samples = SAMPLE_RATE  # how much audio after an utterance makes sure that it was heard
ARTIFACTS = ("recording", "transcript.json", "transcript.srt", "transcript.txt", "transcript.vtt")


class Recording(Struct, frozen=True):
    """samples: how many there are. good: how many of the first of them are those that were sent."""

    samples: Samples
    good: Samples


class Kept(Struct, frozen=True):
    """What a server has of a session.

    recording: None: there is none. texts: of its segments, as they were given live.
    readied: how often it became ready. told: how many deliveries say so to one webhook.
    """

    state: str
    recording: Recording | None
    texts: tuple[str, ...]
    artifacts: tuple[str, ...]
    readied: int
    told: int


class Verdict(Struct, frozen=True):
    """lost_ms: acknowledged audio that is not there. once: finalized, and not more than once.

    lost, doubled, changed: finals, at the client or in the store, where there are more.
    """

    lost_ms: float
    lost: int
    doubled: int
    changed: int
    once: bool
    faults: tuple[str, ...]

    @property
    def clean(self) -> bool:
        return not (self.lost_ms or self.lost or self.doubled or self.changed or self.faults)


def matched(talk: Talk, samples: NDArray[np.int16]) -> Recording:
    """The recording against what was said, sample by sample."""
    said = talk.samples[: len(samples)]
    wrong = np.flatnonzero(samples[: len(said)] != said)
    return Recording(len(samples), int(wrong[0]) if len(wrong) else len(said))


def judge(talk: Talk, log: Log, kept: Kept) -> Verdict:
    """A session that was welcomed at least once."""
    good = kept.recording.good if kept.recording else 0
    gone = max(0, log.taken_back, log.acknowledged - good * BYTES)
    heard = [final.text for final in log.finals]
    if log.ended:
        pairs = [(talk.texts, heard), (talk.texts, list(kept.texts))]
    else:
        pairs = [_certain(talk, kept), (heard, list(kept.texts)[: len(heard)])]
    compared = [compare(*pair) for pair in pairs]
    lost, doubled, changed = (max(column) for column in zip(*compared, strict=True))
    return Verdict(
        lost_ms=gone / BYTES * 1000 / SAMPLE_RATE,
        lost=lost,
        doubled=doubled,
        changed=changed,
        once=_once(kept, spoken=log.acknowledged > 0),
        faults=tuple(_faults(talk, log, kept)),
    )


def stray(kept: Kept) -> Verdict:
    """A session that no client was ever welcomed to: nothing was promised but that it ends."""
    return Verdict(0.0, 0, 0, 0, _once(kept, spoken=False), ())


def compare(expected: Sequence[str], found: Sequence[str]) -> tuple[int, int, int]:
    """How many are lost, doubled, and changed. In another order is changed too."""
    wanted, had = Counter(expected), Counter(found)
    doubled = sum(min(n - wanted[text], n) for text, n in had.items() if 0 < wanted[text] < n)
    strange = sum(n for text, n in had.items() if not wanted[text])
    lost = sum((wanted - had).values())
    changed = min(strange, lost)  # in the place of one that is lost
    out_of_order = not (doubled or strange or lost) and list(expected) != list(found)
    return lost - changed, doubled + strange - changed, changed + out_of_order


def _certain(talk: Talk, kept: Kept) -> tuple[list[str], list[str]]:
    """Of a session that was left: what lies whole in its recording, and what is stored of it.

    The last utterance may be cut off anywhere, so what is stored of that is not looked at.
    """
    length = kept.recording.samples if kept.recording else 0
    whole = [one.text for one in talk.utterances if one.end + CERTAIN <= length]
    return whole, list(kept.texts[: len(whole)])


def _once(kept: Kept, spoken: bool) -> bool:
    wanted = ARTIFACTS if spoken else ARTIFACTS[1:]
    there = set(wanted) <= set(kept.artifacts) and len(kept.artifacts) == len(set(kept.artifacts))
    return kept.state == "ready" and kept.readied == kept.told == 1 and there


def _faults(talk: Talk, log: Log, kept: Kept) -> Iterator[str]:
    yield from log.faults
    if log.refused:
        yield f"the client could not come back: {log.refused}"
    if not log.over:
        yield "the session did not come to its end"
    if log.ended and (missing := {str(pos) for pos in talk.flushes} - set(log.flushed)):
        yield f"flushes without an answer: {', '.join(sorted(missing))}"
    if log.ended and kept.recording and kept.recording.samples != len(talk.samples):
        yield f"the recording has {kept.recording.samples} of {len(talk.samples)} samples"
    if kept.readied != 1:
        yield f"it became ready {kept.readied} times and is {kept.state}"
    if kept.told != kept.readied:
        yield f"it became ready {kept.readied} times and {kept.told} deliveries say so"
