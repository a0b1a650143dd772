"""The file that a Chromium hears as its microphone: read anew by each page that opens it."""

import shutil
from pathlib import Path

import numpy as np
import soundfile

from inference.types import SAMPLE_RATE, Audio


class Microphone:
    """What pages hear that open the microphone from now on; silence when it is over."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.says(np.zeros(SAMPLE_RATE, np.float32))

    def says(self, what: Audio | Path) -> None:
        """Audio at 16 kHz, or a WAV file of 16 bits."""
        if isinstance(what, Path):
            shutil.copyfile(what, self.path)
        else:
            soundfile.write(self.path, what, SAMPLE_RATE, subtype="PCM_16", format="WAV")
