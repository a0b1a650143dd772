"""Results made here, with answers known by construction; nothing was run for them."""

import numpy as np
from msgspec.structs import replace

from benchmarks.figures import metrics
from benchmarks.figures.accuracy import errors
from benchmarks.figures.flicker import Flicker
from benchmarks.figures.latency import Latencies
from benchmarks.figures.metrics import StreamScore
from benchmarks.report.result import Result, Run
from benchmarks.run.machine import Machine, Usage
from benchmarks.run.settings import Settings

MACHINE = Machine(
    "a processor", 2, 8.0, (), "Linux 6", "3.11.0", "0123456789abcdef", {"jiwer": "4"}
)
SETTINGS = Settings("captionflow", "made", "en", None, (), 60.0, 1, 2.0, 60.0, 500, None, True)
UTTERANCES, WORDS = 20, 30  # of a stream, and of an utterance


def score(index=0, speech=1, luck=1, slower=1.0, wrong=0.1):
    """A stream with latencies about 0.5 (shown) and 1 s (committed), times `slower`.

    speech: which words and how hard each utterance is; luck: what differs from run to run.
    wrong: share of the words that are wrong, spread evenly.
    """
    hard = np.random.default_rng([speech, index]).uniform(0.7, 1.3, UTTERANCES).repeat(WORDS)
    chance = np.random.default_rng([luck, index])
    committed = (hard * chance.gamma(4, 0.25, len(hard)) * slower).round(4).tolist()
    reference = [f"w{speech}" for _ in hard]
    every = round(1 / wrong) if wrong else len(hard) + 1
    said = ["x" if number % every == 0 else word for number, word in enumerate(reference)]
    found = errors(reference, said)
    return StreamScore(
        index=index,
        sources=tuple(f"u{number}" for number in range(UTTERANCES)),
        reference=" ".join(reference),
        transcript=" ".join(said),
        latencies=Latencies(
            shown=tuple(value / 2 for value in committed),
            committed=tuple(committed),
            missed=found.substitutions,
            first_word=0.5 * slower,
            last_final=1.0 * slower,
            endings=tuple(value + 0.5 for value in committed[::WORDS]),
        ),
        flicker=Flicker(30, len(hard), 0, 0, 0),
        errors=found,
        nonspeech=0,
        lag_slope=0.0001,
        late=(0.001,),
        held=0.0,
        connected=0.01,
        failure=None,
        offline_transcript=" ".join(reference),
        offline=errors(reference, reference),
    )


def watched(kept, index=0):
    """A stream whose lag was kept all along: (seconds since it began, seconds behind)."""
    return replace(score(index), lags=kept)


def run(streams=1, faults=(), cores=0.5, **made):
    scores = tuple(score(index, **made) for index in range(streams))
    usage = Usage(500.0, 600.0, cores * streams, cores * streams)
    found = metrics.figures(scores)
    return Run(streams, not faults, tuple(faults), found, usage, scores)


def result(levels=(1,), machine=MACHINE, settings=None, faults=(), **made):
    """faults: of the last level. settings: fields that differ from SETTINGS."""
    runs = [run(streams, **made) for streams in levels[:-1]]
    runs.append(run(levels[-1], faults, **made))
    asked = replace(SETTINGS, **(settings or {}))
    return Result("2026-11-21T10:00:00+00:00", machine, asked, tuple(runs))
