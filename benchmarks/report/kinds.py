"""Which results are repeats of one kind, and what to call each kind. Pure; draws nothing."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from benchmarks.report.result import Result, Run

SHORT = 7  # characters of a commit that people read


class Kind(Struct, frozen=True):
    """Results that differ in seed and length at most: one line of a chart."""

    name: str
    results: tuple[Result, ...]

    @property
    def runs(self) -> list[Run]:
        return [run for result in self.results for run in result.runs]

    def at(self, streams: int) -> list[Run]:
        return [run for run in self.runs if run.streams == streams]


def kinds(results: Sequence[Result]) -> list[Kind]:
    """Kinds in the order of their first results; names tell them apart.

    A name is the target, and of its traits those in which the kinds of that target differ.
    """
    found: dict[tuple[str, ...], list[Result]] = {}
    for result in results:
        found.setdefault(tuple(traits(result).values()), []).append(result)
    return [Kind(_name(group[0], results), tuple(group)) for group in found.values()]


def traits(result: Result) -> Mapping[str, str]:
    """What makes another kind of run, in words; empty where it goes without saying."""
    settings, machine = result.settings, result.machine
    played = (settings.corpus, settings.category, *settings.ids, settings.language)
    return {
        "target": settings.target,
        "corpus": " ".join(part for part in played if part),
        "model": settings.model or "",
        "endpoint": f"endpoint {settings.endpoint_ms} ms",
        "talk": f"talk {settings.talk:g}" if settings.talk < 1 else "",
        "forced": "forced endings" if settings.forced else "",
        "serve": ", ".join(given(settings.serve)),
        "machine": ", ".join((f"{machine.cores} cores of {machine.processor}", *_devices(result))),
        "commit": commit(result),
    }


def given(serve: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Settings that a server was given, one by one: "section.field=value"."""
    for section, fields in serve.items():
        yield from (f"{section}.{field}={_toml(value)}" for field, value in fields.items())


def commit(result: Result) -> str:
    """The commit as people read it; a `+` says that the checkout had other changes."""
    whole = result.machine.commit
    return "" if whole is None else whole[:SHORT] + "+" * whole.endswith("+")


def levels(found: Sequence[Kind]) -> list[int]:
    """All numbers of streams, ascending."""
    return sorted({run.streams for kind in found for run in kind.runs})


def streams(number: int) -> str:
    return f"{number} stream{'s' * (number > 1)}"


def _name(result: Result, results: Sequence[Result]) -> str:
    own = traits(result)
    peers = [traits(other) for other in results if other.settings.target == own["target"]]
    apart = [name for name in own if len({peer[name] for peer in peers}) > 1]
    return ", ".join([own["target"], *(own[name] for name in apart if own[name])])


def _devices(result: Result) -> Sequence[str]:
    return result.machine.accelerators


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
