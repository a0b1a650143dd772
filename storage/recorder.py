"""Audio as a FLAC file. Blocking. Knows no session, and rescues nothing that was cut off."""

from pathlib import Path
from types import TracebackType

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
    """Writes `part_of(path)`, and gives it its name when it is closed."""

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
