"""What sessions leave on this machine's own disk until it is stored. Blocking; decides nothing.

The spool is one server's own: what lies here is of sessions that ran on this one.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import av
import msgspec
import soundfile
from msgspec import Struct

from inference.types import SAMPLE_RATE, Samples
from storage.disk import sync
from storage.recorder import part_of, salvage
from storage.records import Segment


class Spool(Struct, frozen=True):
    folder: Path

    def recording(self, session: str) -> Path:
        """Where the whole recording of a session is; while it grows, `part_of` this."""
        return self.folder / f"{session}.flac"

    def claim(self, session: str) -> None:
        """Leaves a mark of the session, until all of it is in the store."""
        self._claim(session).touch()

    def sessions(self) -> set[str]:
        """Those who left anything."""
        return {path.name.partition(".")[0] for path in self.folder.iterdir()}

    def keep(self, session: str, segments: Sequence[Segment]) -> None:
        """Segments that the database does not take now, in place of those kept before."""
        path = self._segments(session)
        draft = path.with_name(path.name + ".new")
        with draft.open("wb") as file:
            file.write(msgspec.json.encode(segments))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync(self.folder)

    def kept(self, session: str) -> list[Segment]:
        """The segments that wait for the database."""
        try:
            return msgspec.json.decode(self._segments(session).read_bytes(), type=list[Segment])
        except FileNotFoundError:
            return []

    def stored(self, session: str) -> None:
        """The database has the segments now."""
        self._segments(session).unlink(missing_ok=True)

    def rescue(self, session: str) -> Samples | None:
        """Makes the recording of a session whole if it was cut off; its length, None without one.

        What cannot be read is left where it is, under a name that is not looked at again.
        """
        path = self.recording(session)
        part = part_of(path)
        if part.exists():
            try:
                salvage(part, path)
                part.unlink()
            except (av.FFmpegError, RuntimeError):
                part.replace(part.with_name(f"unreadable-{part.name}"))
        if not path.exists():
            return None
        about = soundfile.info(path)
        return int(about.frames * SAMPLE_RATE / about.samplerate)

    def remove(self, session: str) -> None:
        """All of it is in the store. The mark goes last."""
        for path in self.folder.glob(f"{session}.*"):
            if path != self._claim(session):
                path.unlink(missing_ok=True)
        self._claim(session).unlink(missing_ok=True)

    def empty(self, session: str) -> bool:
        """True when nothing is left of it but its mark."""
        return list(self.folder.glob(f"{session}.*")) == [self._claim(session)]

    def _claim(self, session: str) -> Path:
        return self.folder / f"{session}.session"

    def _segments(self, session: str) -> Path:
        return self.folder / f"{session}.segments.json"
