"""The command that does a run again, from the settings it was done with. Pure.

It says every setting, also those that are the default today: defaults change.
"""

import shlex
from collections.abc import Iterator

from benchmarks.report.kinds import given
from benchmarks.report.result import Result
from benchmarks.run.settings import Settings

OURS = "captionflow"  # started for the run where no address is given; all others run already


def command(result: Result) -> str:
    """For a shell. Where the corpus lies and at what URL a peer was, no result says."""
    return shlex.join(["captionflow", "bench", "live", *arguments(result)])


def arguments(result: Result) -> list[str]:
    """What comes after `bench live`."""
    levels = ",".join(str(run.streams) for run in result.runs)
    return ["--streams", levels, *_speech(result.settings), *_server(result.settings)]


def _speech(settings: Settings) -> Iterator[str]:
    yield from ("--corpus", settings.corpus, "--language", settings.language)
    if settings.category is not None:
        yield from ("--category", settings.category)
    for one in settings.ids:
        yield from ("--id", one)
    for name in ("seconds", "warmup", "talk", "seed", "spread", "drain"):
        yield from (f"--{name}", f"{getattr(settings, name):g}")
    yield from ("--endpoint-ms", str(settings.endpoint_ms))
    if settings.forced:
        yield "--forced"
    yield "--offline" if settings.offline else "--no-offline"


def _server(settings: Settings) -> Iterator[str]:
    if settings.target != OURS:
        yield from ("--target", settings.target, "--url", "URL")
    if settings.model is not None:
        yield from ("--model", settings.model)
    for one in given(settings.serve):
        yield from ("--set", one)
