"""A log cut into parts, one for each session in it. Blocking; decides nothing.

A part is named by its log, so cutting a log again after a crash gives the same parts again.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from storage.disk import sync
from storage.journal.files import Places, number_of, part_name
from storage.journal.records import KINDS, Frame, Owner, Removed, frames, read

MARKS = {KINDS[Owner], KINDS[Removed]}


def cut(places: Places, log: Path) -> set[str]:
    """Gives each session in the log its part, then removes the log; the sessions with new parts.

    Raises OSError with the log as it was.
    """
    pieces: dict[tuple[str, int], list[memoryview]] = {}
    for mark, run in runs(log.read_bytes()):
        if isinstance(mark, Removed):
            pieces = {whose: kept for whose, kept in pieces.items() if whose[0] != mark.session}
            shutil.rmtree(places.session(mark.session), ignore_errors=True)
        else:
            pieces.setdefault((mark.session, mark.generation), []).append(run)
    for (session, generation), views in pieces.items():
        _write(places.part(session, part_name(generation, number_of(log))), views)
    touched = {session for session, _ in pieces}
    for session in touched:
        sync(places.session(session))
    sync(places.parts)
    log.unlink()
    return touched


def runs(data: bytes) -> Iterator[tuple[Owner | Removed, memoryview]]:
    """Each mark in the good part of a log or part, with its own bytes and those that it owns."""
    mark: Owner | Removed | None = None
    start = end = 0
    for frame in frames(data):
        if frame.kind in MARKS:
            if mark:
                yield mark, memoryview(data)[start:end]
            mark, start = _mark(data, frame), frame.start
        end = frame.end
    if mark:
        yield mark, memoryview(data)[start:end]


def _mark(data: bytes, frame: Frame) -> Owner | Removed:
    line = read(data, frame)
    assert isinstance(line, Owner | Removed)
    return line


def _write(path: Path, views: list[memoryview]) -> None:
    path.parent.mkdir(exist_ok=True, mode=0o700)
    draft = path.with_suffix(".new")
    with draft.open("wb") as file:
        file.write(b"".join(views))  # one call of the system, not one for each few records
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
