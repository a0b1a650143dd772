"""One pass over a finished session's journal: the recording as a file, and what was said.

Memory stays at a second of audio, however long the session was. Moves no session.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from msgspec import Struct

from inference.types import SAMPLE_RATE, Samples
from server.live import entries
from server.live.archive import row
from server.live.tape import Decoder, Heard, Tape
from storage.journal.records import Audio, Gap, Opened, Record
from storage.journal.records import Event as EventRecord
from storage.recorder import Recorder
from storage.records import Segment as Row
from streaming.events import Ended, Segment
from streaming.resampler import Format

BATCH = 1 << 20  # bytes of audio that are encoded in one turn of a thread


class Kept(Struct, frozen=True):
    """What a journal says of its session. duration: heard; language: of the last segment."""

    rows: tuple[Row, ...]
    duration: Samples
    language: str | None


class Writer:
    """A recording that is made from pieces of a tape. Blocking. Without audio there is no file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.recorder: Recorder | None = None
        self.decoder: Decoder | None = None
        self.seconds = 0.0

    def write(self, form: Format, pieces: list[Heard]) -> None:
        if self.recorder is None:
            self.recorder = Recorder(self.path, form.rate, form.channels)
            self.decoder = Decoder(form)
        assert self.decoder is not None
        for piece in pieces:
            for sound in self.decoder.sounds(piece):
                self.recorder.write(sound)
                self.seconds += len(sound) / form.rate

    def close(self) -> None:
        if self.recorder is not None:
            self.recorder.close()


async def record(session: str, records: AsyncIterator[Record], path: Path) -> Kept:
    """The recording at `path` if there is any audio. Raises BadJournal, OSError."""
    writer = Writer(path)
    try:
        return await _record(session, records, writer)
    finally:
        await asyncio.to_thread(writer.close)


async def _record(session: str, records: AsyncIterator[Record], writer: Writer) -> Kept:
    rows: dict[int, Row] = {}
    duration: Samples | None = None
    tape: Tape | None = None
    waiting: list[Heard] = []
    size = 0
    async for record in records:
        match record:
            case Opened() if tape is None:
                request = entries.header_of(record).request
                tape = Tape(request.format, request.start)
            case Audio() | Gap() if tape is not None:
                waiting += tape.tell(record)
                size += len(record.data) if isinstance(record, Audio) else 0
                if size > BATCH:
                    await asyncio.to_thread(writer.write, tape.form, waiting)
                    waiting, size = [], 0
            case EventRecord():
                event, _ = entries.event_of(record)
                if isinstance(event, Segment):
                    rows.setdefault(event.utterance, row(session, event))
                elif isinstance(event, Ended):
                    duration = event.at
    if waiting and tape is not None:
        await asyncio.to_thread(writer.write, tape.form, waiting)
    if duration is None:  # it failed before its end
        duration = round(writer.seconds * SAMPLE_RATE)
    language = next((it.language for it in reversed(rows.values()) if it.language), None)
    return Kept(tuple(rows.values()), duration, language)
