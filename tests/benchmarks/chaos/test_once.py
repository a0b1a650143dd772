"""What counts as done once."""

import pytest
from msgspec.structs import replace

from benchmarks.chaos import once, talk
from benchmarks.chaos.once import TOLD, Done, Objects
from benchmarks.chaos.verdict import ARTIFACTS, Recording

SAID = talk.make("a", 8, flushing=False)
WHOLE = Recording(len(SAID.samples), len(SAID.samples))
DONE = Done(
    job="j",
    session="s",
    key="a",
    status="completed",
    state="ready",
    attempts=2,
    texts=tuple(SAID.texts),
    revised=0,
    artifacts={name: f"local/s/{name}" for name in ARTIFACTS},
    upload="local/s/upload",
    readied=1,
    told=TOLD,
)


def test_nothing_is_wrong():
    found = once.judge(SAID, DONE, WHOLE)
    assert found.faults == ()
    assert (found.completed, found.readied, found.told, found.words) == (True, True, True, 0)
    assert found.sound and found.attempts == 2


def test_a_pause_heard_otherwise_changes_no_word():
    joined = replace(DONE, texts=(" ".join(SAID.texts),))
    assert once.judge(SAID, joined, WHOLE).faults == ()


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ({"status": "dead"}, "the job is dead after 2 attempts"),
        ({"state": "finalizing"}, "its session finalizing"),
        ({"readied": 2}, "became ready 2 times"),
        ({"told": ("job.completed",)}, "told was: job.completed"),
        ({"told": (*TOLD, "session.ready")}, "told was"),
        ({"told": ()}, "told was: nothing"),
        ({"texts": tuple(SAID.texts[:-1])}, "words lost"),
        ({"texts": tuple(SAID.texts[::-1])}, "words lost, doubled, changed: 0, 0, 1"),
        ({"revised": 1}, "1 segments have another revision"),
        ({"artifacts": {}}, "artifacts are none"),
    ],
)
def test_everything_else_is_a_fault(facts, fault):
    (found,) = once.judge(SAID, replace(DONE, **facts), WHOLE).faults
    assert fault in found


@pytest.mark.parametrize("recording", [None, Recording(10, 10), replace(WHOLE, good=3)])
def test_a_recording_is_wholly_what_was_sent(recording):
    found = once.judge(SAID, DONE, recording)
    assert not found.sound and len(found.faults) == 1


def test_objects_are_told_apart():
    artifacts = list(DONE.artifacts.values())
    before = [*artifacts[1:], "local/s/upload", "local/t/upload", "local/u/x"]
    after = [*artifacts[1:], "local/s/upload", "local/u/x"]
    assert once.objects([DONE], before, after) == Objects(
        missing=(artifacts[0],),
        uploads=("local/s/upload",),
        orphans=("local/t/upload", "local/u/x"),
        stuck=("local/u/x",),
    )
