"""Becomes the program it is told to run: under another account, and ending with its parent.

Run as a script and never imported. What has to happen between fork and exec happens here, in a
process without threads, and not in the server, which has many.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(uid: str, gid: str, parent: str, *command: str) -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if sys.platform == "linux":
        # After setuid, which would forget it. SIGINT is Postgres's fast shutdown. The signal comes
        # when the thread that started us ends, so that must be one that lives as long as its loop.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != int(parent):
            sys.exit("the parent has ended already")
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs begin with it ignored
    os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
