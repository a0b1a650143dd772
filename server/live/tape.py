"""The audio of a journal as one stream without holes or repetitions. Pure.

Positions are the client's. What comes twice is cut; what is missing (a gap, or
what another owner took down and could not hand on) is silence.
"""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from msgspec import Struct

from inference.types import SAMPLE_RATE, Audio, Samples
from server.audio.codecs import OpusPackets
from server.audio.decoding import UnreadableAudio
from storage.journal.records import Audio as AudioRecord
from storage.journal.records import Gap
from streaming.resampler import Format, Resampler, Sound, decode

OPUS_PACKET = 960  # samples a channel of a lost packet: 20 ms at 48 kHz


class Silence(Struct, frozen=True):
    """So many units of nothing, up to position `end`."""

    units: int
    end: int


class Piece(Struct, frozen=True):
    """Bytes of whole units, or one Opus packet, up to position `end`."""

    data: bytes
    end: int


Heard: TypeAlias = Piece | Silence


class Tape:
    def __init__(self, form: Format, start: int) -> None:
        """start: the position of the first audio."""
        self.form = form
        self.pos = start

    def tell(self, record: AudioRecord | Gap) -> Iterator[Heard]:
        """What the record adds, in order."""
        match record:
            case Gap(pos, length):
                yield from self._missing(pos + length)
            case AudioRecord(pos, end, data):
                yield from self._missing(pos)
                known, self.pos = self.pos, max(self.pos, end)
                if self.form.encoding == "opus":
                    fresh = data if pos >= known else b""
                else:
                    fresh = data[known - pos :] if known > pos else data
                if fresh:
                    yield Piece(fresh, end)

    def _missing(self, upto: int) -> Iterator[Silence]:
        if upto > self.pos:
            units = (upto - self.pos) // self.form.unit
            self.pos = upto
            yield Silence(units, upto)


class Decoder:
    """Pieces and silence to samples at the client's own rate, a second at a time at most."""

    def __init__(self, form: Format) -> None:
        self.form = form
        self.opus = OpusPackets(form.channels) if form.encoding == "opus" else None

    def decoded(self, data: bytes) -> Sound:
        """Raises UnreadableAudio for a packet that is none."""
        if self.opus is None:
            return decode(self.form, data)
        return self.opus.decode(data).astype(np.float32) / np.float32(1 << 15)

    def sounds(self, heard: Heard) -> Iterator[Sound]:
        match heard:
            case Silence(units):
                yield from self.silence(units)
            case Piece(data):
                try:
                    yield self.decoded(data)
                except UnreadableAudio:
                    yield from self.silence(1)

    def silence(self, units: int) -> Iterator[Sound]:
        left = units * (OPUS_PACKET if self.opus else 1)
        while left:
            piece = min(left, self.form.rate)
            yield np.zeros((piece, self.form.channels), np.float32)
            left -= piece


class Player:
    """A tape heard again from a point of the session's clock on, as the pipeline heard it."""

    def __init__(self, form: Format, start: int, at: Samples) -> None:
        """at: what comes before is left out; it is the same whatever `at` is."""
        self.at = at
        self.clock, first = _warm_up(form, start, at)
        self.first = first
        self.tape = Tape(form, start)
        self.decoder = Decoder(form)
        self.resampler = Resampler(form.rate)

    def tell(self, record: AudioRecord | Gap) -> Iterator[tuple[Audio, int]]:
        """New audio and the position that it reaches."""
        for heard in self.tape.tell(record):
            late = self._from_first(heard)
            for sound in self.decoder.sounds(late) if late else ():
                if len(audio := self._after(self.resampler.push(sound))):
                    yield audio, heard.end

    def _from_first(self, heard: Heard) -> Heard | None:
        """What of it lies behind the point where decoding begins."""
        if heard.end <= self.first:
            return None
        match heard:
            case Piece(data, end) if self.tape.form.encoding != "opus":
                return Piece(data[-(end - self.first) :], end)
            case Silence(units, end):
                unit = self.tape.form.unit
                return Silence(min(units, (end - self.first) // unit), end)
        return heard

    def _after(self, audio: Audio) -> Audio:
        skip = min(max(self.at - self.clock, 0), len(audio))
        self.clock += len(audio)
        return audio[skip:]


def _warm_up(form: Format, start: int, at: Samples) -> tuple[Samples, int]:
    """Where decoding begins so that it sounds the same from `at` on: a whole second before it,
    and with Opus, whose packets do not say how long they are, the beginning."""
    if form.encoding == "opus":
        return 0, start
    seconds = max(at // SAMPLE_RATE - 1, 0)
    return seconds * SAMPLE_RATE, start + seconds * form.rate * form.unit
