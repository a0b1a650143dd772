"""The gate by itself, and before the real model: stillness costs nothing, no speech is lost."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from inference.gate import CALM, TRUST, Gate, levels
from inference.types import FRAME, SAMPLE_RATE
from inference.vad import Floats, Heard, Run, Silero, Vad
from streaming.segmenter import Segmenter, Started

CORPUS = Path(__file__).parents[2] / "benchmarks" / "corpus" / "dialogue"
ROOM = 0.001  # -60 dB: a living room


class Counted:
    """Silero, and how many frames it was asked about."""

    def __init__(self) -> None:
        self.silero = Silero()
        self.frames = 0

    def hear(self, runs: Sequence[Run]) -> list[Heard]:
        self.frames += sum(len(run.frames) for run in runs)
        return self.silero.hear(runs)


def noise(frames: int, level: float = ROOM, seed: int = 1) -> Floats:
    sound = np.random.default_rng(seed).standard_normal((frames, FRAME)) * level
    return sound.astype(np.float32)


def hum(frames: int, level: float) -> Floats:
    tone = np.sin(2 * np.pi * 50 / SAMPLE_RATE * np.arange(frames * FRAME)) * level
    return tone.astype(np.float32).reshape(-1, FRAME)


def calm(room: Floats) -> Gate:
    """A gate whose model has heard the room, and nobody in it."""
    gate = Gate()
    assert not gate.passes(levels(room[:CALM]))
    gate.heard(levels(room[:CALM]), np.zeros(CALM, np.float32))
    return gate


def test_nothing_passes_before_the_room_is_known() -> None:
    gate = Gate()
    silence = levels(np.zeros((CALM - 1, FRAME), np.float32))
    assert not gate.passes(silence)
    gate.heard(silence, np.zeros(CALM - 1, np.float32))
    assert not gate.passes(silence)


@pytest.mark.parametrize("likelihood", [0.1, 0.4, 1.0])
def test_doubt_makes_the_model_listen_for_another_second(likelihood: float) -> None:
    room = noise(2 * CALM)
    gate = calm(room)
    assert gate.passes(levels(room[CALM:]))
    gate.heard(levels(room[:1]), np.array([likelihood], np.float32))
    assert not gate.passes(levels(room[CALM:]))


def test_the_room_passes_and_what_is_louder_does_not() -> None:
    room = noise(CALM + 20)
    gate = calm(room)
    assert gate.passes(levels(room[CALM : CALM + 10]))
    assert not gate.passes(levels(room[CALM + 10 :] * 2))
    loud_among_still = np.concatenate([room[CALM + 10 :], room[-1:] * 2])
    assert not gate.passes(levels(loud_among_still))


def test_a_hum_hides_no_whisper() -> None:
    room = hum(CALM + 4, 0.05) + noise(CALM + 4, 0.0001)
    gate = calm(room)
    assert gate.passes(levels(room[CALM : CALM + 2]))
    whisper = room[CALM + 2 :] + noise(2, 0.002, seed=2)  # far below the hum
    assert not gate.passes(levels(whisper))


def test_the_model_is_asked_again_after_a_while() -> None:
    room = noise(CALM + TRUST + 2)
    gate = calm(room)
    assert all(gate.passes(levels(room[at : at + 2])) for at in range(CALM, CALM + TRUST, 2))
    assert not gate.passes(levels(room[-2:]))


def test_a_room_that_grows_loud_slowly_is_not_trusted() -> None:
    rising = np.linspace(1, 3, 50, dtype=np.float32)[:, None]
    room = noise(CALM + 50)
    gate = calm(room)
    passed = [gate.passes(levels(frame[None])) for frame in room[CALM:] * rising]
    assert passed[0] and not passed[-1]


def test_a_room_that_grew_still_is_known_anew() -> None:
    gate = calm(noise(CALM))
    still = noise(TRUST, ROOM / 10, seed=2)
    passed = [gate.passes(levels(frame[None])) for frame in still]
    assert all(passed)
    gate.heard(levels(still[:1]), np.zeros(1, np.float32))
    for frame in noise(TRUST, ROOM / 10, seed=3):
        gate.passes(levels(frame[None]))
    assert not gate.passes(levels(noise(1, ROOM / 2, seed=4)))


async def test_silence_costs_no_model() -> None:
    model = Counted()
    async with Vad(model) as vad:
        listener = vad.listener(gated=True)
        await vad.speech(listener, noise(CALM))
        asked = model.frames
        for at in range(0, TRUST, 2):
            await vad.speech(listener, noise(2, seed=at + 2))
        assert model.frames == asked


@pytest.mark.parametrize(("gain", "room"), [(1.0, 0.0), (1.0, ROOM), (0.1, ROOM), (0.03, 0.0002)])
async def test_quiet_speech_is_found_where_it_is_found_without_a_gate(
    gain: float, room: float
) -> None:
    """In pieces of two frames, as a quiet session brings them. No stretch of speech is lost."""
    audio, _ = soundfile.read(CORPUS / "dialogue.flac", dtype="float32")
    silence = np.zeros(3 * SAMPLE_RATE, np.float32)
    audio = np.concatenate([silence, audio[: 30 * SAMPLE_RATE] * gain, silence])
    frames = audio[: len(audio) // FRAME * FRAME].reshape(-1, FRAME)
    frames = frames + noise(len(frames), room)
    model = Counted()
    async with Vad(model) as vad:
        plain, gated = vad.listener(), vad.listener(gated=True)
        whole = spoken(await vad.speech(plain, frames))
        model.frames = 0
        pieces = [await vad.speech(gated, frames[at : at + 2]) for at in range(0, len(frames), 2)]
    found = spoken(np.concatenate(pieces))
    assert whole.sum() > 300
    assert (whole != found).mean() <= 0.01
    assert model.frames < 0.95 * len(frames)


def spoken(likelihoods: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """The frames inside utterances."""
    segmenter, inside = Segmenter(15), np.zeros(len(likelihoods), bool)
    for number, likelihood in enumerate(likelihoods):
        match segmenter.feed(float(likelihood)):
            case Started(ago):
                inside[number + 1 - ago : number + 1] = True
            case _:
                inside[number] |= segmenter.speaking
    return inside
