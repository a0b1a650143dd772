"""The figures of a result as rows of words: a row for each, a column for each run.

Computes nothing.
"""

from collections.abc import Sequence

from rich.table import Table

from benchmarks.figures.accuracy import Errors
from benchmarks.figures.metrics import Figures, Summary
from benchmarks.report import cells
from benchmarks.report.result import Result, Run, title
from benchmarks.run.machine import Usage

HEADS = ("figure", "unit")


def table(result: Result) -> Table:
    """The rows for a terminal."""
    return cells.table(title(result), rows(result), HEADS)


def markdown(result: Result) -> str:
    """The rows for a README."""
    return cells.markdown(title(result), rows(result), HEADS)


def rows(result: Result) -> list[tuple[str, ...]]:
    """A row for each figure, a column for each number of streams; HEADS first."""
    lines = [_cells(run) for run in result.runs]
    names = [name for name, _ in lines[0]] if lines else []
    body = [(*names[n].split("|"), *(line[n][1] for line in lines)) for n in range(len(names))]
    heads = tuple(f"{run.streams} stream{'s' * (run.streams > 1)}" for run in result.runs)
    return [(*HEADS, *heads), *body]


def _cells(run: Run) -> Sequence[tuple[str, str]]:
    """("name|unit", value) for each figure of a run."""
    valid = ("run|", "valid" if run.valid else "INVALID")
    return (valid, *_timings(run.figures), *_texts(run.figures), *_course(run))


def _timings(found: Figures) -> Sequence[tuple[str, str]]:
    return (
        ("word first shown|s, p50 / p95 / p99", _three(found.shown)),
        ("word committed|s, p50 / p95 / p99", _three(found.committed)),
        ("time to first word|s, p50 / p95 / p99", _three(found.first_word)),
        ("end of speech to final|s, p50 / p95 / p99", _three(found.endings)),
        ("the same, end told by the client|s, p50 / p95 / p99", _three(found.forced)),
        ("last word to last final|s, p50 / p95 / p99", _three(found.last_final)),
        ("LAAL, computation-aware|s, p50 / p95 / p99", _three(found.lagging)),
        ("time to connect|s, p50 / p95 / p99", _three(found.connected)),
    )


def _texts(found: Figures) -> Sequence[tuple[str, str]]:
    return (
        ("WER of the finals|% (S / D / I)", _errors(found.errors)),
        ("WER of what is stored|% (S / D / I)", _errors(found.stored)),
        ("WER offline, same weights|% (S / D / I)", _errors(found.offline)),
        ("price of being live|% WER, absolute", _price(found)),
        ("words missed|of reference words", f"{found.missed} of {found.reference_words}"),
        ("words lost|right offline, left out live", _count(found.lost_words)),
        ("words said twice|words", str(found.duplicated)),
        ("words on non-speech|words", str(found.nonspeech)),
        ("normalised erasure|retracted / final words", _number(found.erasure)),
        ("unstable partial word ratio|unstable / final words", _number(found.unstable)),
        ("committed words taken back|words", str(found.taken_back)),
        ("finals rewritten|segments", str(found.rewritten)),
        ("shown, never final|segments", str(found.unfinished)),
    )


def _course(run: Run) -> Sequence[tuple[str, str]]:
    found, usage = run.figures, run.usage
    cores = None if usage is None else _tree(usage)
    return (
        ("streams failed|streams", str(found.failed)),
        ("length, share of speech|s, %", _length(found)),
        ("audio acknowledged, not stored|s, worst stream", _number(found.lost_audio)),
        ("lag slope, worst stream|s/s", _number(found.lag_slope, 3)),
        ("held up by the server, worst|s", _number(found.held)),
        ("client lateness|ms, p50 / p95 / p99", _three(found.late, 1000, 0)),
        ("server memory, peak|MiB (with children)", _memory(usage)),
        ("server processor|cores, mean", _number(cores)),
        ("cost of a stream|cores", _number(None if cores is None else cores / run.streams)),
        (
            "accelerator memory, peak|MiB, whole machine",
            _count(usage.gpu_memory if usage else None),
        ),
        ("accelerator busy|%, mean", _count(usage.gpu_busy if usage else None)),
    )


def _tree(usage: Usage) -> float:
    return usage.cores if usage.cores_with_children is None else usage.cores_with_children


def _length(found: Figures) -> str:
    share = "–" if found.speech is None else f"{found.speech:.0%}"
    return f"{found.seconds:.0f}, {share}"


def _count(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _three(found: Summary | None, scale: float = 1.0, digits: int = 2) -> str:
    if found is None:
        return "–"
    return " / ".join(f"{x * scale:.{digits}f}" for x in (found.p50, found.p95, found.p99))


def _errors(found: Errors | None) -> str:
    if found is None or found.rate is None:
        return "–"
    counts = f"{found.substitutions} / {found.deletions} / {found.insertions}"
    return f"{found.rate * 100:.1f} ({counts})"


def _price(found: Figures) -> str:
    offline = None if found.offline is None else found.offline.rate
    if offline is None or found.errors.rate is None:
        return "–"
    return f"{(found.errors.rate - offline) * 100:+.1f}"


def _number(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _memory(usage: Usage | None) -> str:
    return "–" if usage is None else f"{usage.rss:.0f} ({usage.rss_with_children:.0f})"
