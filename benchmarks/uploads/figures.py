"""The figures of files that were sent, and what they must reach. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from benchmarks.figures.accuracy import Errors, errors
from benchmarks.report.reach import Figure
from benchmarks.speech.entry import Entry
from benchmarks.speech.normalise import tokens
from benchmarks.uploads.expected import Answer, fault
from benchmarks.uploads.plan import Plan, says
from benchmarks.uploads.run import Result

WORSE = 3.0  # points of word errors that a codec may cost
SLOW = 5.0  # seconds until a file is refused
MORE = 300.0  # MB of memory for each file under way, and for the length of one


def figures(planned: Plan, result: Result, together: int) -> tuple[Figure, ...]:
    """together: files that were under way."""
    rest = Figure("memory of server and decoders at rest", result.rest, "MB")
    if result.long:
        return (
            *_long(result),
            rest,
            Figure("more of it at the peak, for ten minutes", result.part - result.rest, "MB"),
            Figure("more of it at the peak, for the file", result.peak - result.rest, "MB"),
            Figure("so its length costs", result.peak - result.part, "MB", MORE),
        )
    most = MORE * together
    more = Figure("more of it at the peak", result.peak - result.rest, "MB", most)
    return (*_files(planned, result), rest, more)


def faults(planned: Plan, result: Result) -> tuple[str, ...]:
    if result.long:
        (answer,) = result.answers
        wrong = [] if answer.kind == "text" else [f"the long file is {answer.kind}: {answer.code}"]
        return (*wrong, *result.faults)
    first = zip(planned.order, result.answers, strict=True)
    entries = {entry.id: entry for entry in planned.order}
    again = ((entries[answer.id], answer) for answer in result.alone)
    wrong = [said for entry, answer in first if (said := fault(entry, answer))]
    alone = [f"alone, {said}" for entry, answer in again if (said := fault(entry, answer))]
    return (*wrong, *alone, *result.faults)


def _long(result: Result) -> tuple[Figure, ...]:
    assert result.long is not None
    (answer,) = result.answers
    heard = errors(result.long.reference, tokens(answer.text))
    return (
        Figure("length of the file", result.long.seconds / 3600, "h"),
        Figure("until its transcript is here", answer.seconds, "s"),
        Figure("that is", result.long.seconds / answer.seconds, "times real time"),
        Figure("word errors", _percent(heard), "%"),
    )


def _files(planned: Plan, result: Result) -> Iterator[Figure]:
    answers = {answer.id: answer for answer in result.answers}
    for category in dict.fromkeys(entry.category for entry in planned.chosen):
        entries = [entry for entry in planned.chosen if entry.category == category]
        yield from _category(category, entries, planned.clean, answers)
    slowest = max((answer.seconds for answer in result.alone), default=None)
    if slowest is not None:
        yield Figure("slowest refusal, with nothing else under way", slowest, "s", SLOW)


def _category(
    name: str, entries: Sequence[Entry], clean: dict[str, Entry], answers: dict[str, Answer]
) -> Iterator[Figure]:
    right = sum(fault(entry, answers[entry.id]) is None for entry in entries)
    yield Figure(f"{name}: files", len(entries), "")
    yield Figure(f"{name}: answered otherwise than they may be", len(entries) - right, "", 0)
    heard = [entry for entry in entries if says(entry)]
    if not heard:
        return
    rate = _percent(_errors(((entry, entry) for entry in heard), answers))
    yield Figure(f"{name}: word errors", rate, "%")
    pairs = [(entry, clean[entry.id]) for entry in heard if entry.id in clean]
    if pairs:
        own = _percent(_errors(((entry, entry) for entry, _ in pairs), answers))
        original = _percent(_errors(pairs, answers))
        yield Figure(f"{name}: word errors of the clean recordings", original, "%")
        yield Figure(f"{name}: beyond these", own - original, "points", WORSE)


def _errors(pairs: Iterable[tuple[Entry, Entry]], answers: dict[str, Answer]) -> Errors:
    """Of what was heard in the second, against the text of the first; they say the same."""
    return sum(
        (errors(tokens(one.text or ""), tokens(answers[other.id].text)) for one, other in pairs),
        Errors(),
    )


def _percent(found: Errors) -> float:
    return 100 * (found.rate or 0.0)
