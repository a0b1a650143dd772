"""The audio of a journal as one stream, and from any point of it on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.live.tape import Decoder, Piece, Player, Silence, Tape
from storage.journal.records import Audio, Gap
from streaming.resampler import Format, Resampler, decode
from tests.fakes import drawn

MONO = Format()
SOUND = (drawn("..##~~##..#" * 3) * 32_000).astype("<i2").tobytes()


def audio(pos: int, data: bytes) -> Audio:
    return Audio(pos, pos + len(data), data)


def played(form: Format, start: int, at: int, records: list[Audio | Gap]) -> np.ndarray:
    player = Player(form, start, at)
    pieces = [piece for record in records for piece, _ in player.tell(record)]
    return np.concatenate([*pieces, np.zeros(0, np.float32)])


def test_what_comes_twice_is_cut_and_what_is_missing_is_silence() -> None:
    tape = Tape(MONO, 100)
    told = [
        piece
        for record in (
            audio(100, b"aabb"),
            audio(100, b"aabbcc"),
            Gap(104, 6),
            audio(114, b"ff"),
            audio(100, b"aa"),
        )
        for piece in tape.tell(record)
    ]
    assert told == [
        Piece(b"aabb", 104),
        Piece(b"cc", 106),
        Silence(2, 110),
        Silence(2, 114),
        Piece(b"ff", 116),
    ]


def test_packets_are_never_cut() -> None:
    tape = Tape(Format("opus", 48_000, 1), 0)
    records = (Audio(0, 1, b"one"), Audio(0, 1, b"one"), Gap(1, 2), Audio(4, 5, b"two"))
    told = [piece for record in records for piece in tape.tell(record)]
    assert told == [Piece(b"one", 1), Silence(2, 3), Silence(1, 4), Piece(b"two", 5)]


def test_a_packet_that_is_none_is_silence_of_its_length() -> None:
    decoder = Decoder(Format("opus", 48_000, 1))
    (sound,) = decoder.sounds(Piece(b"\xff" * 40, 1))
    assert sound.shape == (960, 1) and not sound.any()


def test_silence_comes_a_second_at_a_time() -> None:
    lengths = [len(it) for it in Decoder(MONO).silence(40_000)]
    assert lengths == [16_000, 16_000, 8_000]


@given(st.integers(0, 50_000), st.lists(st.integers(1, 9000), min_size=1, max_size=30))
def test_from_any_point_on_it_sounds_the_same(at: int, lengths: list[int]) -> None:
    records, pos = [], 0
    for length in lengths:
        data = SOUND[pos : pos + 2 * length]
        records.append(audio(8 + pos, data))
        pos += len(data)
    heard = decode(MONO, SOUND[:pos])[:, 0]
    assert np.array_equal(played(MONO, 8, at, records), heard[at:])


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_other_rates_sound_the_same_once_the_filter_is_warm(rate: int) -> None:
    form = Format("pcm_s16le", rate, 2)
    tone = (np.repeat(drawn("#.#~" * 10, rate // 10)[:, None], 2, axis=1) * 9000).astype("<i2")
    data = tone.tobytes()
    records = [audio(at, data[at : at + 6400]) for at in range(0, len(data), 6400)]
    whole = Resampler(rate).push(decode(form, data))
    at = 40_000
    again = played(form, 0, at, records)
    assert abs(len(again) - (len(whole) - at)) < 1000
    length = min(len(again), len(whole) - at)
    assert np.abs(again[:length] - whole[at : at + length]).max() < 1e-3


def test_a_gap_that_reaches_beyond_the_point_is_played_in_part() -> None:
    records = [audio(0, SOUND[:3200]), Gap(3200, 160_000), audio(163_200, SOUND[:3200])]
    again = played(MONO, 0, 40_000, records)
    assert len(again) == 1600 + 80_000 + 1600 - 40_000
    assert np.array_equal(again[-1600:], decode(MONO, SOUND[:3200])[:, 0])
    assert not again[:-1600].any()
