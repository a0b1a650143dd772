"""The offline reference of a run, if it was asked for: found at once, decoded when needed."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmarks.commands import show
from benchmarks.run.serve import own
from benchmarks.run.settings import Settings
from benchmarks.speech.streams import Stream

if TYPE_CHECKING:
    from benchmarks.run.offline import Reference

DEFAULT_MODEL = "base"  # what a server without settings uses


class Offline:
    """Full-context transcripts; each stream is decoded once. Without --offline there are none."""

    def __init__(self, settings: Settings) -> None:
        """Finds the weights before the run: missing ones cost no time. Raises ClickException."""
        self._language = settings.language
        self._weights = _weights(settings) if settings.offline else None
        self._reference: Reference | None = None
        self._texts: dict[int, str] = {}

    def texts(self, streams: Iterable[Stream]) -> dict[int, str]:
        """Index of the stream to its text; the streams must be of one plan."""
        if self._weights is None:
            return {}
        missing = [stream for stream in streams if stream.index not in self._texts]
        if missing:
            self._decode(missing, self._weights)
        return self._texts

    def _decode(self, streams: Iterable[Stream], weights: Path) -> None:
        # Loads the model's libraries, a second or two that --no-offline and --help need not pay.
        from benchmarks.run.offline import Reference

        with show.err.status("decoding offline") as status:
            self._reference = self._reference or Reference(weights, self._language)
            for stream in streams:
                status.update(f"decoding stream {stream.index} offline")
                self._texts[stream.index] = self._reference.transcribe(stream)


def _weights(settings: Settings) -> Path:
    from inference.models import BadWeights, UnknownModel, folder

    named = own(settings).get("model", {}).get("name", DEFAULT_MODEL)
    try:
        return folder(named)
    except (UnknownModel, BadWeights) as error:
        raise click.ClickException(f"{error}; or give --no-offline") from None
