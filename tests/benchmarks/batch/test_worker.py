"""The process as `run` starts it: a job in, an answer out."""

import subprocess
import sys

import msgspec
import numpy as np
import pytest

from benchmarks.batch.contenders import Contender
from benchmarks.batch.job import Answer
from benchmarks.batch.worker import peak
from benchmarks.figures.accuracy import errors
from benchmarks.speech.normalise import tokens

GROWS = """
from benchmarks.batch.worker import peak
before = peak()
kept = b"x" * 200_000_000
print(before, peak())
"""


def test_the_peak_is_of_the_process_itself_and_grows_with_what_it_keeps():
    ours = np.ones(50_000_000)  # 400 MB that a child must not count as its own
    said = subprocess.run(
        [sys.executable, "-c", GROWS], capture_output=True, check=True, timeout=60
    )
    before, after = map(float, said.stdout.split())
    assert before < 300 < ours.nbytes / 2**20 < peak()
    assert after - before > 150


@pytest.mark.slow
@pytest.mark.parametrize("contender", [Contender("captionflow"), Contender("sequential")])
def test_a_job_is_answered(job, spoken, contender):
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.batch.worker"],
        input=msgspec.json.encode(job(contender)),
        capture_output=True,
        check=True,
        timeout=120,
    )
    answer = msgspec.json.decode(said.stdout, type=Answer)
    (heard,) = answer.heard
    assert errors(spoken.reference, tokens(heard.text)).rate < 0.3
    assert 0 < heard.seconds < 60 and answer.loading > 0
    assert 50 < answer.rss_loaded <= answer.rss < 2000
    assert (heard.words > 0) is (contender.kind == "captionflow")
