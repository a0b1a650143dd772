"""A process takes from itself what it does not need, before it touches what strangers sent.

Linux first; elsewhere what there is of it. Decodes nothing.
"""

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path

NOBODY = 65_534
PR_SET_PDEATHSIG = 1
GRACE = 5  # seconds between the signal that says why and the one that cannot be held up


def confine(parent: int, memory: int, cpu: int, files: int) -> None:
    """Ends with its parent; from now on opens no file and starts no process and no thread.

    memory: bytes beyond what the process has (Linux only). cpu: seconds; 0: any. files: handles
    that it may have, which are those that it has. Root becomes nobody where the system lets it.
    """
    taken = _taken()
    restrain(parent)
    _limit(resource.RLIMIT_NPROC, 0)
    _limit(resource.RLIMIT_NOFILE, files)
    if cpu:
        _limit(resource.RLIMIT_CPU, cpu, cpu + GRACE)
    if taken:
        _limit(resource.RLIMIT_AS, taken + memory)


def restrain(parent: int) -> None:
    """Ends with its parent; from now on writes no file. Root becomes nobody where it may."""
    if os.geteuid() == 0:
        with suppress(OSError):  # in a container that knows one account only
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
    _end_with(parent)  # after setuid, which would forget it
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)


def _end_with(parent: int) -> None:
    """Elsewhere a process ends when it writes to a parent that is no more, or by its limits."""
    if sys.platform == "linux":
        # The signal comes when the thread that started us ends: the one of the parent's loop.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit("the parent has ended already")


def _limit(what: int, soft: int, hard: int | None = None) -> None:
    with suppress(ValueError, OSError):  # lower already, or not known to this system
        resource.setrlimit(what, (soft, soft if hard is None else hard))


TAKEN = Path("/proc/self/statm")


def _taken() -> int:
    """Bytes of address space this process has, its libraries included; 0 if it cannot be said."""
    try:
        pages = int(TAKEN.read_text().split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()
