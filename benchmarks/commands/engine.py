"""`bench engine`: what the model costs, with no server. Options and printing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from msgspec.structs import replace
from rich.console import Console
from rich.status import Status
from rich.table import Table

from benchmarks.engine import result as report
from benchmarks.engine.result import Result, Settings, Subject
from benchmarks.engine.run import measure
from benchmarks.engine.shapes import SHAPES, build
from benchmarks.run.machine import describe
from inference.models import BadWeights, UnknownModel
from inference.models import folder as folder_of

RESULTS = Path("build") / "bench"
TYPES = {"cpu": ("int8",), "cuda": ("float16", "int8_float16")}
BATCHES = {"cpu": (1, 2, 4, 8), "cuda": (1, 2, 4, 8, 16, 32, 64)}
ALL = ("base",), ("large-v3-turbo",)  # models, shapes: what `--all` measures
LIBRARY = "CTranslate2 opens libcublas.so.12 by name; see benchmarks/engine/README.md"

out = Console()
err = Console(stderr=True)


def _batches(context: click.Context, option: click.Parameter, value: str | None) -> tuple[int, ...]:
    if value is None:
        return ()
    try:
        sizes = tuple(sorted({int(part) for part in value.split(",")}))
    except ValueError:
        raise click.BadParameter("give numbers with commas between, like 1,4,16") from None
    if sizes[0] < 1:
        raise click.BadParameter("a batch has at least one window")
    return sizes


@click.command()
@click.option("--model", "models", multiple=True, help="Real weights; may be repeated.")
@click.option(
    "--shape",
    "shapes",
    multiple=True,
    type=click.Choice(list(SHAPES)),
    help="Random weights of this shape; may be repeated.",
)
@click.option("--all", "everything", is_flag=True, help="base, and the shape of large-v3-turbo.")
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True)
@click.option(
    "--compute-type",
    "types",
    multiple=True,
    help="How weights are held; may be repeated. Default: int8, on a GPU float16, int8_float16.",
)
@click.option("--batches", callback=_batches, help="Windows in a pass, like 1,4,16.")
@click.option(
    "--repeats", type=click.IntRange(1), default=10, show_default=True, help="Passes of each."
)
@click.option(
    "--workers", type=click.IntRange(1), default=1, show_default=True, help="Passes at once."
)
@click.option(
    "--threads", type=click.IntRange(1), default=1, show_default=True, help="Cores for a pass."
)
@click.option("--lanes/--no-lanes", default=True, help="Looks beside uploads as well.")
@click.option(
    "--seconds",
    type=click.FloatRange(1),
    default=20.0,
    show_default=True,
    help="Length of each run of the lanes.",
)
@click.option("--out", "path", type=click.Path(dir_okay=False, path_type=Path), help="JSON file.")
@click.option("--markdown", is_flag=True, help="Print the tables as Markdown.")
def engine(
    models: tuple[str, ...],
    shapes: tuple[str, ...],
    everything: bool,
    device: str,
    types: tuple[str, ...],
    batches: tuple[int, ...],
    path: Path | None,
    markdown: bool,
    **given: object,
) -> None:
    """Batch size against windows a second, lanes, and the live streams that would follow."""
    if everything:
        models, shapes = (*ALL[0], *models), (*ALL[1], *shapes)
    if not models and not shapes:
        models = ALL[0]
    settings = Settings(
        models=models,
        shapes=shapes,
        device=device,
        compute_types=types or TYPES[device],
        batches=batches or BATCHES[device],
        **given,  # type: ignore[arg-type]
    )
    began = datetime.now(UTC)
    path = path or RESULTS / f"{began:%Y%m%d-%H%M%S}-engine.json"
    result = Result(began.isoformat(timespec="seconds"), describe(), settings, ())
    for subject in _subjects(settings):
        result = replace(result, subjects=(*result.subjects, subject))
        report.write(result, path)  # what is measured is kept, whatever comes after it
    _print(result, path, markdown)
    if any(subject.faults for subject in result.subjects):
        raise click.exceptions.Exit(1)


def _subjects(settings: Settings) -> Iterator[Subject]:
    with err.status("starting") as status:
        for name, folder in _weights(settings):
            for kind in settings.compute_types:
                tell = partial(_tell, status, f"{name}, {kind}")
                yield measure(name, folder, kind, settings, tell)


def _tell(status: Status, title: str, said: str) -> None:
    status.update(f"{title}: {said}")


def _weights(settings: Settings) -> Iterator[tuple[str, Path]]:
    for name in settings.models:
        try:
            yield name, folder_of(name)
        except (UnknownModel, BadWeights) as error:
            raise click.ClickException(str(error)) from None
    for name in settings.shapes:
        with TemporaryDirectory(prefix="captionflow-shape-") as folder:
            yield f"random {name}", build(SHAPES[name], Path(folder))


def _print(result: Result, path: Path, markdown: bool) -> None:
    if markdown:
        click.echo(report.markdown(result))
    else:
        for title, (head, *body) in report.titled(result):
            table = Table(*head, title=title, title_justify="left")
            for line in body:
                table.add_row(*line)
            out.print(table)
    for subject in result.subjects:
        for fault in subject.faults:
            click.secho(f"{subject.name}, {subject.compute_type}: {fault}", err=True, fg="red")
            if "libcublas" in fault:
                click.echo(LIBRARY, err=True)
    click.echo(f"figures: {path}", err=True)
