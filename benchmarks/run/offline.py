"""The same audio through the same weights with all the time in the world. Not our pipeline.

What a live transcript loses by being live is its word error rate minus this one's.
"""

from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel

from benchmarks.speech.streams import Stream

BEAM = 5


class Reference:
    """faster-whisper itself: 30 s windows, beam search, no voice activity filter."""

    def __init__(self, folder: Path, language: str) -> None:
        self._model = WhisperModel(str(folder), device="auto", compute_type="auto")
        self._language = language

    def transcribe(self, stream: Stream) -> str:
        """The text of a whole stream. Takes seconds to minutes; run it in a thread."""
        audio = stream.samples.astype(np.float32) / 32_768
        found, _ = self._model.transcribe(audio, language=self._language, beam_size=BEAM)
        return " ".join(segment.text.strip() for segment in found)
