import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inference.types import FRAME
from streaming.framer import Framer


@given(st.lists(st.integers(0, 3 * FRAME), max_size=20))
def test_any_cutting_gives_the_same_frames(sizes):
    audio = np.arange(sum(sizes), dtype=np.float32)
    framer, frames, at = Framer(), [], 0
    for size in sizes:
        frames.append(framer.push(audio[at : at + size]))
        at += size
    frames.append(framer.finish())
    together = np.concatenate(frames)
    assert together.dtype == np.float32 and together.shape == (-(-len(audio) // FRAME), FRAME)
    np.testing.assert_array_equal(together.ravel()[: len(audio)], audio)
    assert not together.ravel()[len(audio) :].any()


def test_a_frame_leaves_as_soon_as_it_is_whole():
    framer = Framer()
    assert len(framer.push(np.ones(FRAME - 1, np.float32))) == 0
    assert len(framer.push(np.ones(1, np.float32))) == 1


def test_the_rest_does_not_change_with_the_senders_buffer():
    framer, buffer = Framer(), np.ones(10, np.float32)
    framer.push(buffer)
    buffer[:] = 9
    assert framer.finish().sum() == 10


def test_finishing_again_gives_nothing_more():
    framer = Framer()
    framer.push(np.ones(10, np.float32))
    assert [len(framer.finish()) for _ in range(2)] == [1, 0]
