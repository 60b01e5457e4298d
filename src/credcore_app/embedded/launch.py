"""Become PostgreSQL: a script between us and the real one, which replaces itself by it.

    python -I -S launch.py PARENT SIGNAL UID GID GROUPS DIRECTORY PROGRAM [ARGUMENT…]

What it does can't be done from outside the child, and a ``preexec_fn`` would run it in a fork of a process
that may have threads: drop root, ask for SIGNAL when PARENT dies, enter DIRECTORY. The order matters: the
kernel forgets the death signal when the user changes, and a parent that died before the call sends none any
more.

It must import nothing but the standard library, and everything before it drops root: the interpreter and this
file may lie where the account can't go.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

CANNOT_SWITCH = 121
CANNOT_ENTER = 122
CANNOT_EXECUTE = 123
ORPHANED = 124

_PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str]) -> NoReturn:
    """Replace this process by the program; the exit status says which step failed, stderr where."""
    parent, death_signal, uid, gid = (int(argument) for argument in arguments[:4])
    groups = [int(group) for group in arguments[4].split(",") if group]
    directory, program = arguments[5], list(arguments[6:])
    _forget_inherited_signals()
    _switch(uid, gid, groups)
    _enter(directory)
    os.umask(0o077)
    _die_with(parent, death_signal)
    try:
        os.execv(program[0], program)  # noqa: S606 - to become the program is the point
    except OSError as error:
        _give_up(CANNOT_EXECUTE, f"cannot execute {program[0]}: {error.strerror}")


def _forget_inherited_signals() -> None:
    # A shell starts background jobs with SIGINT ignored, and Python ignores SIGPIPE: both would outlive exec,
    # and the death signal would go unheard until PostgreSQL has put up its own handlers.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _switch(uid: int, gid: int, groups: Sequence[int]) -> None:
    if os.geteuid() == uid:
        return
    try:
        os.setgroups(groups)
        os.setgid(gid)
        os.setuid(uid)
    except OSError as error:
        _give_up(CANNOT_SWITCH, f"cannot become user id {uid}: {error.strerror}")


def _enter(directory: str) -> None:
    """Change into it, since the directory we were started in may be one that the account can't go to."""
    try:
        os.chdir(directory)
    except OSError as error:
        _give_up(CANNOT_ENTER, f"{_barrier(directory)}: {error.strerror}")


def _barrier(directory: str) -> str:
    """The topmost directory on the way that does not let us in."""
    steps = [directory]
    while (above := os.path.dirname(steps[-1])) != steps[-1]:
        steps.append(above)
    return next((step for step in reversed(steps) if not os.access(step, os.X_OK)), directory)


def _die_with(parent: int, death_signal: int) -> None:
    if sys.platform == "linux":
        # Elsewhere the kernel has no such thing: a server whose owner was killed stays until somebody stops
        # it.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(ORPHANED)


def _give_up(status: int, reason: str) -> NoReturn:
    sys.stderr.write(f"{reason}\n")
    sys.exit(status)


if __name__ == "__main__":
    main(sys.argv[1:])
