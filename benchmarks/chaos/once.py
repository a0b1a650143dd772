"""Whether a job was done once and wholly: what was in the file against what is there. Pure."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from benchmarks.chaos.talk import Talk
from benchmarks.chaos.verdict import ARTIFACTS, Recording, compare

TOLD = ("job.completed", "session.ready")
"""What one webhook is told of a job that ended well, and all it is told."""


class Done(Struct, frozen=True):
    """A job and its session as the database has them.

    texts: of the segments in order. revised: how many have another revision than 1.
    artifacts: keys by name. upload: the key of the file. readied: how often the session became
    ready. told: events, in alphabetical order.
    """

    job: str
    session: str
    key: str | None
    status: str
    state: str
    attempts: int
    texts: tuple[str, ...]
    revised: int
    artifacts: dict[str, str]
    upload: str | None
    readied: int
    told: tuple[str, ...]


class Verdict(Struct, frozen=True):
    """words: how many are lost, doubled or changed. sound: the recording is what was sent."""

    completed: bool
    readied: bool
    told: bool
    words: int
    sound: bool
    attempts: int
    faults: tuple[str, ...]


def judge(said: Talk, done: Done, recording: Recording | None) -> Verdict:
    whole = Recording(len(said.samples), len(said.samples))
    return Verdict(
        completed=done.status == "completed" and done.state == "ready",
        readied=done.readied == 1,
        told=done.told == TOLD,
        words=sum(compare(_words(said.texts), _words(done.texts))),
        sound=recording == whole,
        attempts=done.attempts,
        faults=tuple(_faults(said, done, recording)),
    )


def _words(texts: Sequence[str]) -> list[str]:
    """Each with its place in its utterance unknown: pauses may be heard otherwise in a file."""
    return " ".join(texts).split()


def _faults(said: Talk, done: Done, recording: Recording | None) -> Iterator[str]:
    if (done.status, done.state) != ("completed", "ready"):
        yield f"the job is {done.status} after {done.attempts} attempts, its session {done.state}"
    if done.readied != 1:
        yield f"it became ready {done.readied} times"
    if done.told != TOLD:
        yield f"told was: {', '.join(done.told) or 'nothing'}"
    if any(missing := compare(_words(said.texts), _words(done.texts))):
        yield "words lost, doubled, changed: {}, {}, {}".format(*missing)
    if done.revised:
        yield f"{done.revised} segments have another revision than 1"
    if recording != Recording(len(said.samples), len(said.samples)):
        good = recording.good if recording else 0
        yield f"the recording is what was sent up to sample {good} of {len(said.samples)}"
    if tuple(sorted(done.artifacts)) != ARTIFACTS:
        yield f"artifacts are {', '.join(sorted(done.artifacts)) or 'none'}"


class Objects(Struct, frozen=True):
    """What lies in the store beside artifacts, as keys.

    missing: artifacts that do not. uploads: files whose jobs are over, which go with the retention
    of their sessions. orphans: what no row knows of; `stuck`: those that tidying up leaves.
    """

    missing: tuple[str, ...]
    uploads: tuple[str, ...]
    orphans: tuple[str, ...]
    stuck: tuple[str, ...]


def objects(done: Sequence[Done], before: Sequence[str], after: Sequence[str]) -> Objects:
    """before, after: the keys in the store before and after it was tidied up."""
    artifacts = {key for one in done for key in one.artifacts.values()}
    uploads = {one.upload for one in done if one.upload}
    return Objects(
        missing=tuple(sorted(artifacts - set(after))),
        uploads=tuple(sorted(uploads & set(before))),
        orphans=tuple(sorted(set(before) - artifacts - uploads)),
        stuck=tuple(sorted(set(after) - artifacts - uploads)),
    )
