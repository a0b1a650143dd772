"""One open file: what it is, and the samples of its audio, whatever can be had of them.

Blocks, keeps a block at a time, and knows no limit. Trusts neither the file's name nor what it
says of itself.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import BinaryIO, NamedTuple

import av
from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from server.audio.kinds import HEAD, named

BLOCK = 128 << 10  # bytes at most that are given at a time

# What a file may be. Playlists are left out: they make the reader open other files and addresses.
CONTAINERS = (
    "wav,w64,aiff,au,caf,flac,mp3,ogg,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,aac,loas,amr,"
    "mpegts,mpeg,avi,asf,flv,ac3,eac3,wv,ape,tta"
)
OPTIONS = {"format_whitelist": CONTAINERS, "protocol_whitelist": "none"}
WIDTH = 4  # bytes of a sample


class Refused(Exception):
    """Nothing, or nothing more, can be read. known: of the file, as in `Reader.known`."""

    def __init__(self, message: str, known: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.known = known


class Shape(NamedTuple):
    """How a frame's samples lie. Chained files may change it in the middle."""

    format: str
    layout: str
    rate: int


class Reader:
    """The audio of `file`, to be read once. Raises Refused.

    known: container, codec, rate, channels, seconds (None: it does not say).
    damaged: packets so far that could not be decoded and were left out.
    """

    def __init__(self, file: BinaryIO) -> None:
        head = file.read(HEAD)
        file.seek(0)
        try:
            source = _Nameless(file)
            self._container = av.open(source, "r", options=OPTIONS, metadata_errors="replace")
        except MemoryError:
            raise
        except (av.FFmpegError, ValueError) as error:
            raise Refused(f"not an audio file: found {named(head)}") from error
        self.known: dict[str, object] = {"container": self._container.format.name}
        self.damaged = 0
        self._good = 0
        self._stream = _audio(self._container, self.known)
        self._layout, self._rate, self._frames = self._begun()

    def _begun(self) -> tuple[AudioLayout, int, Iterator[AudioFrame]]:
        """What all frames are made alike to is what the first one is; headers are often wrong."""
        frames = self._decoded()
        first = next(frames, None)
        if first is None:
            raise Refused(f"no audio can be decoded of it{self._losses()}", self.known)
        rate, channels = first.sample_rate, first.layout.nb_channels
        self.known |= {"rate": rate, "channels": channels}
        return first.layout, rate, chain((first,), frames)

    def __iter__(self) -> Iterator[bytes]:
        """32-bit floats in the machine's order, channels interleaved, in whole samples."""
        unit = WIDTH * self._layout.nb_channels
        kept = bytearray()
        for frame in self._alike():
            kept += memoryview(frame.planes[0])[: frame.samples * unit]  # then there is padding
            if len(kept) >= BLOCK:
                self._check()
                yield from _cut(kept, unit)
                kept = bytearray()
        self._check()
        yield from _cut(kept, unit)

    def _check(self) -> None:
        if self.damaged > self._good:
            raise Refused(f"hardly any audio can be decoded of it{self._losses()}", self.known)

    def _losses(self) -> str:
        return f" ({self.damaged} damaged packets, {self._good} good ones)" if self.damaged else ""

    def _alike(self) -> Iterator[AudioFrame]:
        shape: Shape | None = None
        resampler = self._resampler()
        try:
            for frame in self._frames:
                now = Shape(frame.format.name, frame.layout.name, frame.sample_rate)
                if shape not in (None, now):
                    yield from resampler.resample(None)
                    resampler = self._resampler()
                shape = now
                frame.pts = None
                yield from resampler.resample(frame)
            yield from resampler.resample(None)
        except MemoryError:
            raise
        except (av.FFmpegError, ValueError) as error:
            raise Refused(f"its audio cannot be mixed: {error}", self.known) from error

    def _resampler(self) -> AudioResampler:
        return AudioResampler(format="flt", layout=self._layout, rate=self._rate)

    def _decoded(self) -> Iterator[AudioFrame]:
        """All that can be decoded; a damaged packet costs itself, a broken container the rest."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except MemoryError:
                raise
            except av.FFmpegError:
                self.damaged += 1
                return
            if packet is None:
                return
            try:
                frames = packet.decode()
            except MemoryError:
                raise
            except av.FFmpegError:
                self.damaged += 1
                continue
            for frame in frames:
                if isinstance(frame, AudioFrame) and frame.samples:
                    self._good += 1
                    yield frame


class _Nameless:
    """A file without its name, so that only what is in it says what it is."""

    def __init__(self, file: BinaryIO) -> None:
        self.read = file.read
        self.seek = file.seek
        self.tell = file.tell


def _audio(container: InputContainer, known: dict[str, object]) -> AudioStream:
    stream = container.streams.best("audio")
    if not isinstance(stream, AudioStream):
        kinds = {one.type for one in container.streams}
        if "audio" in kinds:
            raise Refused("its audio is described in a way that cannot be", known)
        raise Refused(f"no audio in it: found {', '.join(sorted(kinds)) or 'nothing'}", known)
    if stream.codec_context is None:
        raise Refused("audio in an unknown encoding", known)
    known |= {"codec": stream.codec.canonical_name, "seconds": _declared(container, stream)}
    stream.codec_context.thread_count = 1
    return stream


def _declared(container: InputContainer, stream: AudioStream) -> float | None:
    """Seconds that the file says it has."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / 1_000_000 if container.duration else None


def _cut(kept: bytearray, unit: int) -> Iterator[bytes]:
    step = BLOCK // unit * unit
    for at in range(0, len(kept), step):
        yield bytes(kept[at : at + step])
