"""Audio that the server may ask for again: what is kept, and what is called lost."""

import random
from typing import Any

import pytest
from captionflow.kept import Kept
from captionflow.protocol import encode_audio, encode_gap

from tests.clients.browser.shared import Runs

SCRIPT = """
const replay = new module.Replay(given.limit, given.gap ?? 1e9);
return given.steps.map(([what, ...how]) => {
  if (what === 'add') replay.add(new Uint8Array(how[0]));
  if (what === 'free') replay.free(how[0]);
  const found = what === 'at' ? [...replay.at(...how)] : null;
  const frame = what === 'frame' ? replay.frame(...how) : null;
  return [replay.start, replay.end, found, frame && [[...frame.message], frame.end, frame.lost]];
});
"""


async def told(runs: Runs, limit: int, *steps: list[Any], gap: int = 1 << 30) -> list[Any]:
    return list(await runs("replay.js", SCRIPT, {"limit": limit, "gap": gap, "steps": steps}))


@pytest.mark.parametrize("seed", range(5))
async def test_it_keeps_what_the_python_client_keeps(runs: Runs, seed: int) -> None:
    chance, kept = random.Random(seed), Kept(40)
    steps: list[list[Any]] = []
    expected: list[tuple[int, int]] = []
    for _ in range(200):
        if chance.random() < 0.7:
            data = [chance.randrange(256) for _ in range(2 * chance.randrange(1, 8))]
            kept.add(bytes(data))
            steps.append(["add", data])
        else:
            upto = kept.start + chance.randrange(20)
            kept.free(upto)
            steps.append(["free", upto])
        expected.append((kept.start, kept.end))
    assert [(start, end) for start, end, *_ in await told(runs, 40, *steps)] == expected


@pytest.mark.parametrize("seed", range(5))
async def test_any_stretch_of_what_is_kept(runs: Runs, seed: int) -> None:
    chance = random.Random(seed)
    audio = bytes(chance.randrange(256) for _ in range(400))
    steps: list[list[Any]] = []
    at = 0
    while at < len(audio):
        size = 2 * chance.randrange(1, 10)
        steps.append(["add", list(audio[at : at + size])])
        at += size
    asked = [(chance.randrange(420), chance.randrange(1, 100)) for _ in range(50)]
    found = await told(runs, 1000, *steps, *(["at", pos, most] for pos, most in asked))
    stretches = [bytes(stretch) for _, _, stretch, _ in found[len(steps) :]]
    assert stretches == [audio[pos : pos + most] for pos, most in asked]


async def test_small_pieces_go_up_together(runs: Runs) -> None:
    adds = [["add", [at, at]] for at in range(4)]
    (_, _, _, frame) = (await told(runs, 100, *adds, ["frame", 2, 1000, 4]))[-1]
    assert frame == [list(encode_audio(2, bytes([1, 1, 2, 2]))), 6, 0]


async def test_nothing_goes_up_beyond_what_the_server_takes(runs: Runs) -> None:
    steps = [["add", [1, 1, 2, 2]], ["frame", 0, 2, 100], ["frame", 2, 2, 100], ["frame", 4, 99, 9]]
    frames = [frame for *_, frame in (await told(runs, 100, *steps))[1:]]
    assert frames == [[list(encode_audio(0, bytes([1, 1]))), 2, 0], None, None]


async def test_what_is_kept_no_more_is_a_gap(runs: Runs) -> None:
    adds = [["add", [at, at]] for at in range(10)]
    steps = [*adds, ["frame", 3, 1000, 100], ["frame", 14, 1000, 2]]
    found = [frame for *_, frame in (await told(runs, 6, *steps))[-2:]]
    assert found == [
        [list(encode_gap(3, 11)), 14, 11],
        [list(encode_audio(14, bytes([7, 7]))), 16, 0],
    ]


async def test_a_long_gap_is_said_in_parts(runs: Runs) -> None:
    adds = [["add", [at, at]] for at in range(10)]
    frame = (await told(runs, 2, *adds, ["frame", 0, 1000, 100], gap=8))[-1][-1]
    assert frame == [list(encode_gap(0, 8)), 8, 8]
