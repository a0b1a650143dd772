"""Sound as people send it, to arrays: whole files piece by piece, and single Opus packets.

Decodes only. It blocks, so callers give it a thread; it keeps nothing and trusts no file name.
"""

from collections.abc import Iterator
from os import PathLike
from typing import BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from inference.types import SAMPLE_RATE, Audio

# What a file may be. Playlists are left out: they make the reader open other files and addresses.
CONTAINERS = (
    "wav,w64,aiff,au,caf,flac,mp3,ogg,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,aac,loas,amr,"
    "mpegts,mpeg,avi,asf,flv,ac3,eac3,wv,ape,tta"
)
RATES = range(4_000, 384_001)  # Hz; what lies outside is a broken header
MAX_CHANNELS = 8
OPUS_RATE = 48_000


class UnreadableAudio(ValueError):
    """Not audio, or none in it that can be decoded; the message says what was found."""


class TooLong(ValueError):
    """More audio than is allowed."""


class TooManyChannels(ValueError):
    """More channels than are mixed here."""


class Decoding:
    """A file on its way: iterate once for its pieces, then ask what was missing.

    samples: how many were given so far, at SAMPLE_RATE.
    truncated: set at the end where parts were damaged, or where the file holds less than
        it says (not every kind of file says).
    """

    def __init__(
        self, source: BinaryIO | str | PathLike[str], piece: float, max_seconds: float | None
    ) -> None:
        self.source = source
        self.piece = max(1, round(piece * SAMPLE_RATE))
        self.limit = None if max_seconds is None else round(max_seconds * SAMPLE_RATE)
        self.samples = 0
        self.truncated = False
        self._good = 0
        self._damaged = 0

    def __iter__(self) -> Iterator[Audio]:
        if isinstance(self.source, str | PathLike):
            with open(self.source, "rb") as file:
                yield from self._pieces(file)
        else:
            yield from self._pieces(self.source)

    def _pieces(self, file: BinaryIO) -> Iterator[Audio]:
        try:
            container = av.open(_Nameless(file), "r", options={"format_whitelist": CONTAINERS})
        except (av.FFmpegError, ValueError) as error:
            raise UnreadableAudio(f"not an audio file: {_reason(error)}") from error
        with container:
            stream = _audio_stream(container)
            try:
                for audio in _cut(self._mono(container, stream), self.piece):
                    yield self._given(audio)
            except av.FFmpegError as error:  # no way from these channels or samples to ours
                raise UnreadableAudio(f"audio that cannot be mixed: {_reason(error)}") from error
            self._finish(container, stream)

    def _given(self, audio: Audio) -> Audio:
        if self._damaged > self._good:
            raise UnreadableAudio(f"{self._damaged} damaged packets, {self._good} good ones")
        self.samples += len(audio)
        if self.limit is not None and self.samples > self.limit:
            raise TooLong(f"more than {self.limit / SAMPLE_RATE:g} s of audio")
        return audio

    def _finish(self, container: InputContainer, stream: AudioStream) -> None:
        if not self.samples:
            raise UnreadableAudio(f"{container.format.name} file with no samples in it")
        # Some containers only estimate their length, and encoders pad theirs.
        promised = 0.98 * _declared(container, stream) - 0.1
        self.truncated = self._damaged > 0 or self.samples / SAMPLE_RATE < promised

    def _mono(self, container: InputContainer, stream: AudioStream) -> Iterator[Audio]:
        shape: tuple[object, ...] | None = None
        resampler = AudioResampler(format="fltp", rate=SAMPLE_RATE)
        for frame in self._frames(container, stream):
            now = (frame.format.name, frame.layout.name, frame.sample_rate)
            if shape not in (None, now):  # chained streams may change in the middle
                yield from map(_mixed, resampler.resample(None))
                resampler = AudioResampler(format="fltp", rate=SAMPLE_RATE)
            shape = now
            frame.pts = None
            yield from map(_mixed, resampler.resample(frame))
        if shape:
            yield from map(_mixed, resampler.resample(None))

    def _frames(self, container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
        """All that can be decoded; a damaged packet costs itself, a broken container the rest."""
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError:
                self._damaged += 1
                return
            if packet is None:
                return
            try:
                frames = packet.decode()
            except av.FFmpegError:
                self._damaged += 1
                continue
            for frame in frames:
                if isinstance(frame, AudioFrame) and frame.samples:
                    _bounded(frame.sample_rate, frame.layout.nb_channels)
                    self._good += 1
                    yield frame


def decode(
    source: BinaryIO | str | PathLike[str], piece: float = 10.0, max_seconds: float | None = None
) -> Decoding:
    """A file as mono float32 at SAMPLE_RATE, in pieces of `piece` seconds; the last is shorter.

    What can be decoded of a damaged file is given, and `truncated` is set at the end. While
    iterating: UnreadableAudio, TooLong once more than `max_seconds` were found, TooManyChannels.
    Memory stays at a piece, however long the file says or turns out to be.
    """
    return Decoding(source, piece, max_seconds)


class OpusPackets:
    """One live Opus stream, packet by packet."""

    def __init__(self, channels: int = 1) -> None:
        self.codec = av.CodecContext.create("libopus", "r")
        self.codec.sample_rate = OPUS_RATE
        self.codec.layout = {1: "mono", 2: "stereo"}[channels]

    def decode(self, packet: bytes) -> NDArray[np.int16]:
        """The samples of one packet, shape (n, channels) at OPUS_RATE.

        Raises UnreadableAudio; the next packet may be decoded all the same.
        """
        if not packet:
            raise UnreadableAudio("empty Opus packet")  # to the decoder it would mean the end
        try:
            frames = self.codec.decode(av.Packet(packet))
        except av.FFmpegError as error:
            raise UnreadableAudio(f"bad Opus packet of {len(packet)} bytes") from error
        channels = self.codec.layout.nb_channels
        return np.concatenate([frame.to_ndarray().reshape(-1, channels) for frame in frames])


class _Nameless:
    """A file without its name, so that only what is in it says what it is."""

    def __init__(self, file: BinaryIO) -> None:
        self.read = file.read
        self.seek = file.seek
        self.tell = file.tell


def _cut(parts: Iterator[Audio], size: int) -> Iterator[Audio]:
    """The same audio in pieces of `size` samples; the last is shorter."""
    kept: list[Audio] = []
    length = 0
    for part in parts:
        while length + len(part) >= size:
            head, part = part[: size - length], part[size - length :]
            yield np.concatenate([*kept, head])
            kept, length = [], 0
        kept.append(part)
        length += len(part)
    if length:
        yield np.concatenate(kept)


def _audio_stream(container: InputContainer) -> AudioStream:
    stream = container.streams.best("audio")
    kind = container.format.name
    if not isinstance(stream, AudioStream):
        found = ", ".join(sorted({one.type for one in container.streams})) or "nothing"
        raise UnreadableAudio(f"{kind} file without audio that can be decoded: found {found}")
    if stream.codec_context is None:
        raise UnreadableAudio(f"{kind} file with audio in an unknown encoding")
    _bounded(stream.codec_context.sample_rate, stream.codec_context.layout.nb_channels)
    stream.codec_context.thread_count = 1
    return stream


def _bounded(rate: int, channels: int) -> None:
    if channels > MAX_CHANNELS:
        raise TooManyChannels(f"{channels} channels; at most {MAX_CHANNELS} are mixed")
    if rate not in RATES or not channels:
        raise UnreadableAudio(f"audio of {rate} Hz and {channels} channels")


def _mixed(frame: AudioFrame) -> Audio:
    """One channel out of many, finite and in -1..1."""
    channels = np.clip(np.nan_to_num(frame.to_ndarray(), posinf=1, neginf=-1), -1, 1)
    mix: Audio = channels.mean(axis=0)
    power = np.square(channels).mean(axis=1)
    # Unrelated channels keep a share of 1/n in their mean. Far less: they cancel each other.
    if np.square(mix).mean() < 0.25 * power.mean() / len(channels):
        return np.ascontiguousarray(channels[power.argmax()])
    return mix


def _declared(container: InputContainer, stream: AudioStream) -> float:
    """Seconds that the file says it has; 0 if it does not say."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / 1_000_000


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
