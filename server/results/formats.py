"""Segments to the files that people download: plain text, SRT, WebVTT and JSON.

Pure: what a cue shows and for how long is `layout`, who asks is `routes`.
"""

from collections.abc import Callable, Sequence
from html import escape
from typing import Literal

import msgspec
from msgspec import Struct

from server.results.layout import ROW, Cue, Line, columns, cues

Format = Literal["txt", "srt", "vtt", "json"]

MEDIA_TYPES: dict[Format, str] = {
    "txt": "text/plain; charset=utf-8",
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
    "json": "application/json",
}


class About(Struct, frozen=True):
    """What a transcript says of itself. duration: seconds."""

    session: str
    duration: float
    language: str | None
    model: str


class _Word(Struct, frozen=True):
    word: str
    start: float
    end: float
    confidence: float


class _Segment(Struct, frozen=True):
    id: int
    start: float
    end: float
    text: str
    speaker: str | None
    language: str | None
    confidence: float | None
    words: list[_Word]


class _Transcript(Struct, frozen=True):
    session: str
    duration: float
    language: str | None
    model: str
    text: str
    segments: list[_Segment]


def render(kind: Format, lines: Sequence[Line], about: About) -> str:
    """A whole file. About a second of work for three hours of speech in srt or vtt."""
    return _RENDER[kind](lines, about)


def txt(lines: Sequence[Line]) -> str:
    """A row for each segment; the name first where another speaker takes over."""
    rows: list[str] = []
    speaker: str | None = None
    for line in lines:
        name = f"{line.speaker}: " if line.speaker and line.speaker != speaker else ""
        speaker = line.speaker
        if text := " ".join(line.text.split()):
            rows.append(f"{name}{text}\n")
    return "".join(rows)


def srt(lines: Sequence[Line]) -> str:
    """SubRip, which has no tag for a speaker: the name stands in the text where it changes."""
    blocks: list[str] = []
    speaker: str | None = None
    for number, cue in enumerate(cues(lines), start=1):
        name = cue.speaker if cue.speaker != speaker else None
        speaker = cue.speaker
        # An arrow in the text would be read as the times of a cue.
        text = "\n".join(_named(name, cue.rows)).replace("-->", "->")
        blocks.append(f"{number}\n{_times(cue, ',')}\n{text}\n")
    return "\n".join(blocks)


def vtt(lines: Sequence[Line]) -> str:
    """WebVTT with voice tags."""
    return "\n".join(["WEBVTT\n", *(vtt_cue(cue) for cue in cues(lines))])


def vtt_cue(cue: Cue) -> str:
    """One cue block, for files and for live playlists."""
    voice = f"<v {_escaped(cue.speaker)}>" if cue.speaker else ""
    text = "\n".join(_escaped(row) for row in cue.rows)
    return f"{_times(cue, '.')}\n{voice}{text}\n"


def json(lines: Sequence[Line], about: About) -> str:
    """transcript.json: times in seconds, confidence 0..1 or null where no word has one."""
    segments = [_segment(number, line) for number, line in enumerate(lines)]
    text = "\n".join(segment.text for segment in segments if segment.text)
    duration = round(about.duration, 3)
    whole = _Transcript(about.session, duration, about.language, about.model, text, segments)
    return msgspec.json.encode(whole).decode()


def _segment(number: int, line: Line) -> _Segment:
    sure = [probability for _, _, _, probability in line.words]
    return _Segment(
        id=number,
        start=round(line.start, 3),
        end=round(line.end, 3),
        text=line.text.strip(),
        speaker=line.speaker,
        language=line.language,
        confidence=round(sum(sure) / len(sure), 4) if sure else None,
        words=[
            _Word(text.strip(), round(start, 3), round(end, 3), round(probability, 4))
            for text, start, end, probability in line.words
        ],
    )


def _named(name: str | None, rows: tuple[str, ...]) -> tuple[str, ...]:
    """The name before the first row if it has room, else as a row of its own."""
    if not name:
        return rows
    mark = " ".join(name.split()) + ":"
    first = f"{mark} {rows[0]}"
    return (first, *rows[1:]) if columns(first) <= ROW else (mark, *rows)


def _escaped(text: str) -> str:
    """Safe in the text of a cue and in a tag: no markup, no line end, no arrow."""
    return escape(" ".join(text.split()), quote=False)


def _times(cue: Cue, mark: str) -> str:
    return f"{_clock(cue.start, mark)} --> {_clock(cue.end, mark)}"


def _clock(ms: int, mark: str) -> str:
    minutes, ms = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{ms // 1000:02}{mark}{ms % 1000:03}"


_RENDER: dict[Format, Callable[[Sequence[Line], About], str]] = {
    "txt": lambda lines, _: txt(lines),
    "srt": lambda lines, _: srt(lines),
    "vtt": lambda lines, _: vtt(lines),
    "json": json,
}
