"""Audio as a FLAC file that grows while it is heard, and the rescue of one that was cut off.

Blocking, and quick: about 30 us for a frame. Knows no session.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

from storage.disk import sync

Pcm = NDArray[np.int16] | NDArray[np.float32]
"""Shape (n,) or (n, channels); float32 in -1..1, and what is beyond is clipped."""


def part_of(path: Path) -> Path:
    """Where a recording is while it grows."""
    return path.with_name(path.name + ".part")


class Recorder:
    """Writes `part_of(path)`, and gives it its name when it is closed.

    libsndfile writes every 4096 samples a channel to the file at once, without a buffer of its
    own, so that a killed process loses no more than those: half a second at 8 kHz, less above.
    What it leaves says nothing of its length and ends anywhere; `salvage` mends that.
    """

    def __init__(self, path: Path, rate: int, channels: int = 1) -> None:
        self._path = path
        self._file = _flac(part_of(path), rate, channels)
        self._samples = 0

    def write(self, audio: Pcm) -> None:
        self._file.write(audio)
        self._samples += len(audio)

    def close(self) -> int:
        """The length in samples a channel; 0, and no file, when nothing was written.

        Twice is as good as once.
        """
        if not self._file.closed:
            self._file.close()
            _publish(part_of(self._path), self._path, self._samples)
        return self._samples

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def salvage(part: Path, out: Path) -> int:
    """Makes a whole FLAC file `out` of what a killed process left in `part`, which stays.

    Gives its length in samples a channel, at its own rate; 0, and no file, when there is no audio
    in it. Memory does not grow with its length. Raises FileNotFoundError.
    """
    try:
        with av.open(str(part), format="flac") as torn:
            heard = torn.streams.audio[0]
            return _copy(torn, heard, out) if heard.rate else 0  # 0: not even a header
    except EOFError:
        return 0


def _copy(torn: av.container.InputContainer, heard: av.AudioStream, out: Path) -> int:
    draft, samples = out.with_name(out.name + ".salvage"), 0
    with _flac(draft, heard.rate, heard.channels) as file:
        for frame in _frames(torn, heard):
            file.write(frame.to_ndarray().reshape(-1, heard.channels))
            samples += frame.samples
    _publish(draft, out, samples)
    return samples


def _frames(torn: av.container.InputContainer, heard: av.AudioStream) -> Iterator[av.AudioFrame]:
    for packet in torn.demux(heard):
        with suppress(av.InvalidDataError):  # the torn end
            yield from heard.decode(packet)


def _flac(path: Path, rate: int, channels: int) -> soundfile.SoundFile:
    return soundfile.SoundFile(
        path, "w", samplerate=rate, channels=channels, subtype="PCM_16", format="FLAC"
    )


def _publish(draft: Path, path: Path, samples: int) -> None:
    """The name is given last, and only to what is on the disk."""
    if samples == 0:  # libsndfile makes no file of this that it could read
        return draft.unlink()
    sync(draft)
    draft.replace(path)
    sync(path.parent)
