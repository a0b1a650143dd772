"""Options that several verbs share, and the settings that they amount to. Runs nothing."""

import tomllib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
from msgspec import Struct
from msgspec.structs import asdict, replace

from benchmarks.run.settings import Sections, Settings
from benchmarks.speech.corpus import SHIPPED
from benchmarks.speech.normalise import LANGUAGES
from benchmarks.targets import find
from benchmarks.targets.address import BadTarget

RESULTS = Path("build") / "bench"  # what is published goes to benchmarks/results by --out
OURS = "captionflow"  # the one target that we can start ourselves

Verb = TypeVar("Verb", bound=Callable[..., Any])


class Asked(Struct, frozen=True):
    """What the options of `speech` and `server` amount to.

    folder: the corpus. url: None for a server of our own. watch: process to watch with `url`.
    """

    settings: Settings
    folder: Path
    url: str | None
    token: str | None
    watch: int | None


def speech(*without: str) -> Callable[[Verb], Verb]:
    """What is played, and how. without: names of parameters that the verb has no use for."""
    return lambda verb: _all(verb, SPEECH, without)


def played(verb: Verb) -> Verb:
    """Which recordings, and by which model; for verbs with settings of their own."""
    verb = click.option("--model", help="Of the server; default: the server's own.")(verb)
    verb = click.option("--category", help="Only recordings of this category.")(verb)
    return click.option(
        "--corpus",
        "recordings",
        default=SHIPPED.name,
        callback=_folder,
        metavar="DIR",
        help="As of `bench live`; default: the recording that ships.",
    )(verb)


def server(*without: str) -> Callable[[Verb], Verb]:
    """Who is measured."""
    return lambda verb: _all(verb, SERVER, without)


def asked(
    given: Mapping[str, Any], again: Settings | None = None, chosen: Collection[str] = ()
) -> Asked:
    """The parameters of a verb that has the options of both `speech` and `server`.

    again: settings to do once more, but for those named in `chosen`. Raises UsageError.
    """
    folder: Path = given["folder"]
    names = set(Settings.__struct_fields__)
    settings = Settings(corpus=folder.name, **{n: given[n] for n in names & given.keys()})
    if again is not None:
        settings = _again(again, settings, {"corpus" if n == "folder" else n for n in chosen})
    found = Asked(settings, folder, given["url"], given["token"], given["watch"])
    _check(found)
    return found


def _again(again: Settings, settings: Settings, chosen: set[str]) -> Settings:
    if "corpus" not in chosen and again.corpus != settings.corpus:
        raise click.UsageError(f"say with --corpus where {again.corpus!r} is, which was played")
    changed = {name: value for name, value in asdict(settings).items() if name in chosen}
    changed["serve"] = {
        section: again.serve.get(section, {}) | settings.serve.get(section, {})
        for section in again.serve | settings.serve
    }
    return replace(again, **changed)


def _check(found: Asked) -> None:
    settings = found.settings
    if found.url is None:
        if settings.target != OURS:
            raise click.UsageError(f"--target {settings.target} needs --url: it is not started")
        if found.watch is not None:
            raise click.UsageError("--watch-pid goes with --url: a server of our own is watched")
        return
    if settings.serve:
        raise click.UsageError("--set is for a server of our own: leave it out, or --url")
    try:
        target = find.find(
            settings.target,
            found.url,
            language=settings.language,
            endpoint_ms=settings.endpoint_ms,
            token=found.token,
            model=settings.model,
        )
    except BadTarget as error:
        raise click.UsageError(str(error)) from None
    if settings.forced and not target.can_flush:
        raise click.UsageError(f"--forced: {target.name} cannot be told when an utterance is over")


def _folder(_: click.Context, __: click.Parameter, value: str) -> Path:
    """The name of the recording that ships stands in files of results, and means it."""
    folder = SHIPPED if value == SHIPPED.name else Path(value)
    if not folder.is_dir():
        raise click.BadParameter(f"there is no folder {value!r}")
    return folder


def _sections(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> Sections:
    found: Sections = {}
    for value in values:
        name, equals, text = value.partition("=")
        section, dot, field = name.strip().partition(".")
        if not (equals and dot and section and field):
            raise click.BadParameter(f"{value!r}: give one like streaming.look_every=400")
        found.setdefault(section, {})[field] = _value(text.strip())
    return found


def _value(text: str) -> Any:
    """As TOML has it; what is no value there is text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _all(verb: Verb, options: dict[str, Callable[[Any], Any]], without: Collection[str]) -> Verb:
    for name in reversed(options):
        if name not in without:
            verb = options[name](verb)
    return verb


SPEECH: dict[str, Callable[[Any], Any]] = {
    "seconds": click.option(
        "--seconds",
        type=click.FloatRange(2),
        default=60.0,
        show_default=True,
        help="Length of each stream, at most.",
    ),
    "warmup": click.option(
        "--warmup",
        type=click.FloatRange(0),
        default=0.0,
        show_default=True,
        help="Seconds of streams that are played before, and not counted.",
    ),
    "talk": click.option(
        "--talk",
        type=click.FloatRange(0.05, 1),
        default=1.0,
        show_default=True,
        help="Share of the time with speech; 0.4 is one side of a conversation.",
    ),
    "folder": click.option(
        "--corpus",
        "folder",
        type=click.Path(file_okay=False, path_type=Path),
        default=SHIPPED,
        help="Folder with a manifest.jsonl, in LibriSpeech's layout, or of .wav or .flac with "
        ".txt; default: the recording that ships.",
    ),
    "category": click.option("--category", help="Only recordings of this category."),
    "ids": click.option("--id", "ids", multiple=True, help="Only this recording; may be repeated."),
    "language": click.option(
        "--language", type=click.Choice(LANGUAGES), default="en", show_default=True
    ),
    "seed": click.option(
        "--seed", default=1, show_default=True, help="Order of utterances, offsets."
    ),
    "spread": click.option(
        "--spread",
        type=click.FloatRange(0),
        default=2.0,
        show_default=True,
        help="Seconds over which streams begin.",
    ),
    "drain": click.option(
        "--drain",
        type=click.FloatRange(1),
        default=60.0,
        show_default=True,
        help="Seconds to end after the audio.",
    ),
    "endpoint_ms": click.option(
        "--endpoint-ms",
        type=click.IntRange(1),
        default=500,
        show_default=True,
        help="Pause that ends an utterance.",
    ),
    "forced": click.option(
        "--forced", is_flag=True, help="The client says when an utterance is over."
    ),
    "offline": click.option(
        "--offline/--no-offline", default=True, help="Decode with full context as well."
    ),
}

SERVER: dict[str, Callable[[Any], Any]] = {
    "target": click.option(
        "--target",
        type=click.Choice(find.NAMES),
        default=OURS,
        show_default=True,
        help="What kind of server is at --url.",
    ),
    "url": click.option("--url", help="A running server; default: one is started for the run."),
    "token": click.option(
        "--token", envvar="CAPTIONFLOW_TOKEN", help="For --url; or CAPTIONFLOW_TOKEN."
    ),
    "model": click.option(
        "--model", help="Model for server and offline reference; default: the server's."
    ),
    "serve": click.option(
        "--set",
        "serve",
        multiple=True,
        callback=_sections,
        metavar="SECTION.FIELD=VALUE",
        help="A setting of the server that is started; may be repeated.",
    ),
    "watch": click.option(
        "--watch-pid",
        "watch",
        type=click.IntRange(1),
        help="Process of the server at --url, if it runs on this machine.",
    ),
}
