"""What is heard twice is told once: the same of any events as by the Python client."""

import random
from typing import Any

import pytest
from captionflow.overlap import Overlap
from captionflow.protocol import (
    Ended,
    Event,
    Final,
    Flushed,
    Partial,
    Revise,
    SpeechEnd,
    SpeechStart,
    Word,
)

from tests.clients.browser.shared import Runs, plain

SCRIPT = """
return given.map(({ had, started, stopped, base, last, events }) => {
  const overlap = new module.Overlap({ had, started, stopped }, base, last);
  return events.map((event) => overlap.fresh(event));
});
"""
WORD = 0.3  # seconds


def spoken(first: int, last: int) -> tuple[Word, ...]:
    return tuple(
        Word(f" w{it}", round(it * WORD, 3), round((it + 1) * WORD, 3)) for it in range(first, last)
    )


def utterance(chance: random.Random, seg: int, first: int, last: int) -> list[Event]:
    """All that is said of it: sometimes without words, late, revised or taken back."""
    words = spoken(first, last)
    text = "".join(word.word for word in words).strip()
    start, end = words[0].start, words[-1].end
    told = [
        SpeechStart(1, seg, start),
        Partial(seg, "w", start=start, end=start + WORD),
        SpeechEnd(1, seg, end),
        Final(1, seg, start, end, text, words if chance.random() < 0.8 else ()),
        Revise(2, seg, text, words if chance.random() < 0.8 else ()),
        Flushed(3, "f", 0),
    ]
    return [each for each in told if chance.random() < 0.9]


def scene(chance: random.Random) -> dict[str, Any]:
    cuts = sorted({0, 40, *(it for it in range(1, 40) if chance.random() < 0.25)})
    base = chance.randrange(5)
    divided = enumerate(zip(cuts, cuts[1:], strict=False), base)
    return {
        "had": chance.choice([-1.0, chance.randrange(30) * WORD]),
        "started": chance.choice([-1.0, chance.randrange(40) * WORD]),
        "stopped": chance.choice([-1.0, chance.randrange(30) * WORD]),
        "base": base,
        "last": base + chance.randrange(-1, 6),
        "events": [event for seg, (a, b) in divided for event in utterance(chance, seg, a, b)]
        + [Ended(9, 0, 1.0)],
    }


@pytest.mark.parametrize("seed", range(10))
async def test_the_same_is_told(runs: Runs, seed: int) -> None:
    chance = random.Random(seed)
    scenes = [scene(chance) for _ in range(50)]
    expected = []
    for each in scenes:
        overlap = Overlap(each["had"], each["started"], each["stopped"], each["base"], each["last"])
        expected.append([plain(overlap.fresh(event)) for event in each["events"]])
    assert await runs("overlap.js", SCRIPT, plain(scenes)) == expected


async def test_a_final_that_reaches_over_the_end_is_cut(runs: Runs) -> None:
    final = Final(1, 1, 0.0, 6.0, "", spoken(0, 20))
    told = {"had": 3.0, "started": 1.8, "stopped": 3.0, "base": 1, "last": 2, "events": [final]}
    ((cut,),) = await runs("overlap.js", SCRIPT, plain([told]))
    assert (cut["text"], cut["start"], cut["seg"]) == (
        " ".join(f"w{it}" for it in range(10, 20)),
        3.0,
        3,
    )
