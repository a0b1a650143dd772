"""Results as one HTML page that needs nothing else, and as pictures. Computes no figure.

No script and no address: it works from a file, in a mail, and under the policy that it carries.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from benchmarks.report import draw, sections
from benchmarks.report.charts import Panel, panels
from benchmarks.report.inline import dark, inline
from benchmarks.report.kinds import Kind, kinds
from benchmarks.report.markup import Html, join, tag
from benchmarks.report.result import Result

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
STYLE = Path(__file__).with_suffix(".css")
ABOUT = (
    "Paced clients in real time; every latency counts from the moment a word had been spoken, "
    "percentiles over all words of a run. Lines go through the median of repeated runs."
)
NO_BOUNDS: Mapping[str, float] = {}


def write(results: Sequence[Result], path: Path, bounds: Mapping[str, float] = NO_BOUNDS) -> None:
    """The page of all results together, at `path`.

    bounds: limits to draw, by figure, as `Slo.bounds` has them. Takes some seconds of processor
    time, so no run may be going on. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html(results, bounds), encoding="utf-8")


def pictures(
    results: Sequence[Result], folder: Path, bounds: Mapping[str, float] = NO_BOUNDS
) -> list[Path]:
    """A PNG for each group of charts, named by it; gives their paths. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for group, found in _groups(panels(kinds(results), bounds)):
        path = folder / f"{group.lower().replace(' ', '-')}.png"
        path.write_bytes(draw.png(found))
        made.append(path)
    return made


def html(results: Sequence[Result], bounds: Mapping[str, float] = NO_BOUNDS) -> str:
    """The page as text."""
    found = kinds(results)
    targets = dict.fromkeys(result.settings.target for result in results)
    title = f"Live captions: {', '.join(targets)}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Html(STYLE.read_text(encoding="utf-8") + dark())),
    )
    body = tag("body", tag("h1", title), tag("main", *_main(found, bounds)))
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _main(found: Sequence[Kind], bounds: Mapping[str, float]) -> Iterator[Html]:
    yield sections.warning(found)
    yield tag("p", ABOUT, class_="soft")
    yield sections.legend(found)
    yield join(_charts(panels(found, bounds)))
    yield _section("All figures", sections.table(found))
    yield _section("How it was measured", sections.origins(found))


def _charts(drawn: Sequence[Panel]) -> Iterator[Html]:
    number = 0
    for group, found in _groups(drawn):
        parts: list[Html] = []
        for panel in found:
            number += 1
            parts.append(inline(draw.svg(panel), number, f"{group}: {panel.title}"))
        yield _section(group, tag("div", *parts, class_="charts"))


def _section(heading: str, inner: Html) -> Html:
    return tag("section", tag("h2", heading), inner)


def _groups(drawn: Sequence[Panel]) -> Iterator[tuple[str, list[Panel]]]:
    for group, found in groupby(drawn, key=lambda panel: panel.group):
        yield group, list(found)
