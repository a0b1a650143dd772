import numpy as np
import pytest

from server.webrtc.third import STEP, TAPS, Third

RATE = 48_000


def tone(hertz: float, seconds: float = 1.0) -> np.ndarray:
    at = np.arange(int(RATE * seconds)) / RATE
    return (np.sin(2 * np.pi * hertz * at) * 20_000).astype(np.int16)


def pushed(sound: np.ndarray, piece: int) -> np.ndarray:
    third = Third()
    pieces = [third.push(sound[at : at + piece]) for at in range(0, len(sound), piece)]
    return np.concatenate(pieces)


def loudness(sound: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(sound[500:], dtype=np.float64))))


@pytest.mark.parametrize("piece", [3, 120, 960, 5760, RATE])
def test_it_gives_a_third_at_once_however_it_is_cut(piece: int) -> None:
    sound = tone(440)
    found = pushed(sound, piece)
    assert len(found) == len(sound) // STEP
    assert np.array_equal(found, pushed(sound, 480))


def test_it_is_a_millisecond_late_and_no_more() -> None:
    click = np.zeros(960, np.int16)
    click[300] = 30_000
    assert np.argmax(np.abs(pushed(click, 960))) * STEP == pytest.approx(300 + TAPS / 2, abs=STEP)


@pytest.mark.parametrize(("hertz", "left"), [(100, 1.0), (3000, 1.0), (6800, 0.97)])
def test_what_speech_is_made_of_passes(hertz: float, left: float) -> None:
    assert loudness(pushed(tone(hertz), 960)) == pytest.approx(
        left * loudness(tone(hertz)), rel=0.02
    )


@pytest.mark.parametrize("hertz", [8700, 12_000, 15_900, 20_000])
def test_what_would_sound_as_something_else_does_not(hertz: float) -> None:
    assert loudness(pushed(tone(hertz), 960)) < loudness(tone(hertz)) / 300


def test_the_loudest_stays_within_its_bounds() -> None:
    square = np.where(np.arange(RATE) // 240 % 2, 32_767, -32_768).astype(np.int16)
    found = pushed(square, 960)
    assert found.max() == 32_767 and found.min() == -32_768
