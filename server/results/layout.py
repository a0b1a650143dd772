"""Words to subtitle cues: which words share a cue, where its rows break, how long it stays.

Pure, and knows no file format. The rules follow the BBC subtitle guidelines: two rows of at
most 42 columns, broken where the sentence breathes; one to seven seconds; never overlapping;
gone 1.5 s after the speech. Where these cannot all hold, the order of importance is: no
overlap, every word, 1.5 s, one second.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from msgspec import Struct

ROW = 42  # columns of a row; a Chinese or Japanese character takes two
SHORTEST, LONGEST = 1000, 7000  # ms that a cue stays
AFTER = 1500  # ms that a cue may stay after its last word, or that a pause inside may take
BLINK = 100  # ms that a cue stays even when speakers talk over each other without end
READING = 60  # ms to read one column: 17 columns a second

SENTENCE = tuple(".!?…。！？｡")
CLAUSE = tuple(",;:、，；：)")
# Characters that may not begin a row where words are not set apart by spaces.
HELD = frozenset("、。，．・：；？！ー」』）］｝〉》】〕％…々ぁぃぅぇぉっゃゅょァィゥェォッャュョ")

# What it costs the plan of a run of words:
CUE = 1.0  # one more cue
JOINED = 1.5  # two segments in one cue
HASTE = 4.0  # a cue as short as nothing, less for one near a second
BREAK = {2: 0.0, 1: 0.3, 0: 0.7}  # a cue that ends after a sentence, a clause, any word


class Line(Struct, frozen=True):
    """A segment as the formats need it.

    start, end: seconds. words: (text, start, end, probability), the text with its leading
    space where the script has one; where they do not spell `text` (a corrected segment, or
    one without word times), the times are spread over the text by its length.
    """

    start: float
    end: float
    text: str
    words: tuple[tuple[str, float, float, float], ...] = ()
    speaker: str | None = None
    language: str | None = None


class Cue(Struct, frozen=True):
    """What is on the screen from `start` to `end`, in milliseconds."""

    start: int
    end: int
    rows: tuple[str, ...]
    speaker: str | None


class Unit(NamedTuple):
    """Text that stays in one piece, from `start` to `end` in milliseconds; `last` of its line."""

    text: str
    start: int
    end: int
    last: bool


def cues(lines: Iterable[Line]) -> list[Cue]:
    """Subtitles for segments of any order and length; where two speak at once, they take turns."""
    planned = [
        (part, speaker)
        for run, speaker in _runs(sorted(lines, key=lambda line: line.start))
        for part in _plan(run)
    ]
    return _timed(sorted(planned, key=lambda cue: cue[0][0].start))


def _runs(lines: Iterable[Line]) -> Iterator[tuple[list[Unit], str | None]]:
    """Units that may share cues: one speaker, no long pause."""
    run: list[Unit] = []
    speaker: str | None = None
    for line in lines:
        for unit in _units(line):
            if run and (line.speaker != speaker or unit.start - run[-1].end > AFTER):
                yield run, speaker
                run = []
            speaker = line.speaker
            run.append(unit)
    if run:
        yield run, speaker


def _units(line: Line) -> list[Unit]:
    units: list[Unit] = []
    for text, start, end in _glued(_words(line)):
        start = max(start, units[-1].start) if units else start
        units.append(Unit(text, start, max(start, end), False))
    if units:
        units[-1] = units[-1]._replace(last=True)
    return units


def _words(line: Line) -> list[tuple[str, int, int]]:
    """Cleaned text with times in milliseconds; invented times where there are none."""
    text = _clean(line.text).strip()
    timed = [(_clean(word), _ms(start), _ms(end)) for word, start, end, _ in line.words]
    if line.words and "".join(word for word, _, _ in timed).strip() == text:
        return [word for word in timed if word[0].strip()]
    pieces = re.findall(r"\s*\S+", text)
    share = (line.end - line.start) / max(1, len(text))
    at = [0, *accumulate(len(piece) for piece in pieces)]
    return [
        (piece, _ms(line.start + share * a), _ms(line.start + share * b))
        for piece, a, b in zip(pieces, at, at[1:], strict=False)
    ]


def _glued(words: Iterable[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Words cut where a row may break inside, and joined where it may not break between."""
    units: list[tuple[str, int, int]] = []
    for text, start, end in words:
        for piece, a, b in _cut(text):
            begun = start + (end - start) * a // len(text)
            ended = start + (end - start) * b // len(text)
            before = units[-1] if units else None
            stuck = before and not _may_break(before[0][-1], piece[0])
            if before and stuck and columns(before[0] + piece) <= ROW:
                units[-1] = (before[0] + piece, before[1], ended)
            else:
                units.append((piece, begun, ended))
    return units


def _cut(text: str) -> Iterator[tuple[str, int, int]]:
    """The pieces of a word between which a row may break, with their places in it."""
    begin = 0
    for i in range(1, len(text)):
        full = columns(text[begin : i + 1].lstrip()) > ROW
        if full or (text[begin:i].strip() and _may_break(text[i - 1], text[i])):
            yield text[begin:i], begin, i
            begin = i
    yield text[begin:], begin, len(text)


def _may_break(before: str, after: str) -> bool:
    """Whether a row may end between these two characters."""
    if before.isspace() or after.isspace():
        return True
    if after in HELD or unicodedata.category(after)[0] in "MP":
        return False
    return _unspaced(before) or (_unspaced(after) and before.isalnum())


def _unspaced(character: str) -> bool:
    """Whether words of its script stand without spaces: Chinese, Japanese, Thai, Lao, Khmer..."""
    code = ord(character)
    if 0x0E00 <= code < 0x0F00 or 0x1000 <= code < 0x10A0 or 0x1780 <= code < 0x1800:
        return True
    return unicodedata.east_asian_width(character) in "WF" and not 0xAC00 <= code < 0xD7B0


def _plan(run: Sequence[Unit]) -> list[list[Unit]]:
    """Cut a run into cues so that the whole costs least: dynamic programming over the breaks."""
    reach = _reach(run)
    best = [0.0] + [float("inf")] * len(run)
    came = [0] * (len(run) + 1)
    for i in range(len(run)):
        joined = 0
        second = reach[reach[i]] if reach[i] < len(run) else reach[i]
        for j in range(i + 1, second + 1):
            if j > i + 1 and run[j - 1].end - run[i].start > LONGEST:
                break
            cost = best[i] + _cost(run, i, j) + JOINED * joined
            if cost < best[j]:
                best[j], came[j] = cost, i
            joined += run[j - 1].last
    parts: list[list[Unit]] = []
    end = len(run)
    while end:
        parts.append(list(run[came[end] : end]))
        end = came[end]
    return parts[::-1]


def _cost(run: Sequence[Unit], i: int, j: int) -> float:
    gone = run[j].start if j < len(run) else run[j - 1].end + AFTER
    stays = min(gone - run[i].start, run[j - 1].end + AFTER - run[i].start, SHORTEST)
    ending = 2 if run[j - 1].last else _pause(run[j - 1].text)
    return CUE + BREAK[ending] + HASTE * (1 - max(0, stays) / SHORTEST)


def _pause(text: str) -> int:
    """How much the sentence breathes after the text: 2 a sentence, 1 a clause, 0 not."""
    bare = text.rstrip("\"'”’»」』")
    return 2 if bare.endswith(SENTENCE) else 1 if bare.endswith(CLAUSE) else 0


def _reach(run: Sequence[Unit]) -> list[int]:
    """For each unit, the end of the longest row that begins with it."""
    wide = [columns(unit.text) for unit in run]
    reach: list[int] = []
    end, width = 0, 0
    for i, unit in enumerate(run):
        indent = len(unit.text) - len(unit.text.lstrip())
        while end < len(run) and (end == i or width + wide[end] - indent <= ROW):
            width, end = width + wide[end], end + 1
        reach.append(end)
        width -= wide[i]
    return reach


def _rows(part: Sequence[Unit]) -> tuple[str, ...]:
    """One row if all fits; else two, broken at punctuation if that is near the middle."""
    texts = [unit.text for unit in part]
    whole = _joined(texts)
    if columns(whole) <= ROW:
        return (whole,)
    splits = [(_joined(texts[:k]), _joined(texts[k:])) for k in range(1, len(texts))]
    fitting = [rows for rows in splits if max(map(columns, rows)) <= ROW]
    return min(fitting, key=lambda rows: _imbalance(*rows))


def _imbalance(first: str, second: str) -> int:
    return abs(columns(first) - columns(second)) - 20 * _pause(first)


def _timed(planned: Sequence[tuple[list[Unit], str | None]]) -> list[Cue]:
    made: list[Cue] = []
    for index, (part, speaker) in enumerate(planned):
        start = max(part[0].start, made[-1].end if made else 0)
        spoken = part[-1].end
        rows = _rows(part)
        wish = max(spoken, start + SHORTEST, start + READING * sum(map(columns, rows)))
        latest = min(spoken + AFTER, start + LONGEST)
        if index + 1 < len(planned):
            latest = min(latest, max(planned[index + 1][0][0].start, start + SHORTEST))
        made.append(Cue(start, max(min(wish, latest), start + BLINK), rows, speaker))
    return made


def _joined(texts: Iterable[str]) -> str:
    return " ".join("".join(texts).split())


def columns(text: str) -> int:
    """How wide the text is on the screen."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _clean(text: str) -> str:
    """Spaces for any white space, and no control characters: a cue must not end early."""
    spaced = re.sub(r"\s+", " ", text)
    return "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cs"))


def _ms(seconds: float) -> int:
    return max(0, round(seconds * 1000))
