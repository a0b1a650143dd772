"""What an operator may choose about the model. Values only."""

import os

from msgspec import Struct, field


def _cores() -> int:
    """Cores this process may use, which in a container is fewer than the machine has."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


class ModelSettings(Struct, frozen=True, forbid_unknown_fields=True):
    name: str = "base"  # a package's name, a pulled name or a folder of CTranslate2 weights
    device: str = "cpu"  # "cpu" or "cuda"
    compute_type: str = "int8"  # how weights are held; "float16" on a GPU
    workers: int = field(default_factory=_cores)  # passes at once; on a GPU use 1
    threads: int = 1  # cores for one pass; decoding is faster on one than on two
    max_batch: int = 8  # windows in one pass
    beam: int = 5  # beam of the closing pass of an utterance
    look_beam: int = 2  # beam of a caption refresh
