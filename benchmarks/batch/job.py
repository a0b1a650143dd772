"""What a process is told to do, and what it answers. Values only; both go as one line of JSON."""

from msgspec import Struct

from benchmarks.batch.contenders import Contender


class Job(Struct, frozen=True):
    """Paths are text. weights: a folder. cores: how many the process may use.

    warm: heard before any time counts. url: of the server that a `served` contender talks to.
    """

    contender: Contender
    weights: str
    device: str
    compute_type: str
    cores: int
    beam: int
    language: str
    warm: str
    files: tuple[str, ...]
    url: str | None = None


class Heard(Struct, frozen=True):
    """One file. words: how many of the words came with times; 0 where they are not asked for."""

    text: str
    seconds: float
    words: int


class Answer(Struct, frozen=True):
    """loading: seconds until it was ready and warm. rss, rss_loaded: MiB, at the peak and before
    the first file; of the process that was measured, not of a server that it talks to."""

    heard: tuple[Heard, ...]
    loading: float
    rss_loaded: float
    rss: float
