"""The parts of a page that are words: what was run, how it went, every figure. Computes nothing."""

from collections.abc import Iterator, Sequence

from benchmarks.report import again
from benchmarks.report.colours import colour
from benchmarks.report.kinds import Kind, given, streams, traits
from benchmarks.report.markup import Html, join, tag
from benchmarks.report.result import Result, Run
from benchmarks.report.rows import rows

DOT = "M7 2a5 5 0 1 0 .01 0z"  # the sign of the legend


def legend(kinds: Sequence[Kind]) -> Html:
    """The colour of each kind."""
    items = (
        tag("li", tag("svg", tag("path", d=DOT, fill=colour(n)), viewBox="0 0 14 14"), kind.name)
        for n, kind in enumerate(kinds)
    )
    return tag("ul", *items, class_="legend")


def warning(kinds: Sequence[Kind]) -> Html:
    """Which runs must not be used, and why; nothing when all may."""
    faults = [
        tag("li", f"{kind.name}, {streams(run.streams)}: {'; '.join(run.faults)}")
        for kind in kinds
        for run in kind.runs
        if not run.valid
    ]
    if not faults:
        return Html()
    heading = tag("strong", f"INVALID: {len(faults)} of {sum(len(k.runs) for k in kinds)} runs. ")
    told = "Their figures must not be used; charts mark them with a cross."
    return tag("div", heading, told, tag("ul", *faults), class_="alarm")


def table(kinds: Sequence[Kind]) -> Html:
    """Every figure that a run has, a column for each run."""
    heads = [tag("th", "figure", scope="col")]
    body: dict[tuple[str, str], list[str]] = {}
    for kind, result in [(one, result) for one in kinds for result in one.results]:
        heads += [_head(kind, run) for run in result.runs]
        for name, unit, *values in rows(result)[1:]:
            body.setdefault((name, unit), []).extend(values)
    lines = (_line(*name, values) for name, values in body.items() if set(values) != {"–"})
    whole = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *lines))
    return tag("div", whole, class_="wide", tabindex="0", role="region", aria_label="All figures")


def origins(kinds: Sequence[Kind]) -> Html:
    """How to get each result again."""
    return join(_origin(kind, result) for kind in kinds for result in kind.results)


def _head(kind: Kind, run: Run) -> Html:
    return tag("th", tag("span", kind.name, class_="soft"), streams(run.streams), scope="col")


def _line(name: str, unit: str, values: Sequence[str]) -> Html:
    head = tag("th", name, tag("span", unit, class_="soft"), scope="row")
    return tag("tr", head, *map(_cell, values))


def _cell(value: str) -> Html:
    return tag("td", value, class_="bad") if value == "INVALID" else tag("td", value)


def _origin(kind: Kind, result: Result) -> Html:
    pairs = (tag("dt", name) + tag("dd", value) for name, value in _facts(result) if value)
    facts = tag("dl", *map(Html, pairs))
    command = tag("pre", tag("code", again.command(result)))
    return tag("article", tag("h3", f"{kind.name}, {result.began}"), facts, command, class_="card")


def _facts(result: Result) -> Iterator[tuple[str, str]]:
    settings, machine = result.settings, result.machine
    bad = [run for run in result.runs if not run.valid]
    yield (
        "runs",
        f"{len(result.runs)}, {len(bad)} INVALID" if bad else f"{len(result.runs)}, all valid",
    )
    yield "machine", f"{traits(result)['machine']}, {machine.memory_gib:g} GiB"
    yield "system", f"{machine.system}, Python {machine.python}"
    yield "commit", machine.commit or "not from a checkout"
    yield "speech", f"{traits(result)['corpus']}, {settings.seconds:g} s a stream"
    yield "warm-up", f"{settings.warmup:g} s" if settings.warmup else "none"
    yield "talk", f"{settings.talk:.0%} of the time"
    yield "seed", str(settings.seed)
    yield "endpoint", "asked for by the client" if settings.forced else f"{settings.endpoint_ms} ms"
    yield "model", settings.model or "the server's own"
    yield "server settings", ", ".join(given(settings.serve))
    yield "packages", ", ".join(f"{name} {version}" for name, version in machine.versions.items())
