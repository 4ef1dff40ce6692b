"""A connection is never carried across a fork.

SQLite counts the locks of a process in memory, so a child believes that it has those of its
parent and would take none for a connection of its own, whose writes the parent could then lose.
So the inherited connection has to go, quietly: without merging the log. One that was at work when
the process was forked cannot go without writing; it stays as it is for as long as the process
lives, and its file cannot be opened.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from weakref import WeakMethod

import apsw

from careerledger.errors import ForkedError

__all__ = ["Identity", "abandon", "call_after_fork", "check_forked", "close_quietly", "identity_of"]

Identity = tuple[int, int]
"""A file's device and number, whatever its name is."""

_methods: Final[set[Callable[[], Any]]] = set()
"""Weak references to what is called in a child."""
_abandoned: Final[dict[Identity, apsw.Connection]] = {}
"""Connections that this process inherited while they were at work, by the file's identity."""


def identity_of(path: str | os.PathLike[str]) -> Identity:
    """Return the identity of a file; raise OSError if it is missing."""
    status = os.lstat(path)  # a third of the time of path.lstat()
    return status.st_dev, status.st_ino


def call_after_fork(method: Callable[[], None]) -> None:
    """Call a method in every forked child, for as long as its object exists."""
    _methods.add(WeakMethod(method, _methods.discard))


def _after_fork() -> None:
    for reference in list(_methods):
        method = reference()
        if method is not None:
            method()


with suppress(AttributeError):  # Windows has no fork
    os.register_at_fork(after_in_child=_after_fork)


def close_quietly(connection: apsw.Connection) -> None:
    """Close a connection without merging the log: the file stays byte for byte what it was."""
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.close()


def abandon(connection: apsw.Connection, identity: Identity) -> None:
    """Leave an inherited connection as it is, and its file closed, until the process ends."""
    _abandoned[identity] = connection
    _never_collect(connection)


def check_forked(path: Path) -> None:
    """Raise ForkedError where an inherited connection to the file was abandoned."""
    if identity_of(path) in _abandoned:
        raise ForkedError(
            f"{path} was being used when this process was forked; start the process "
            "anew instead of forking it, or fork it while nothing is being recorded or asked"
        )


def _never_collect(thing: object) -> None:
    """Keep an object also when Python ends, which else collects what modules refer to."""
    import ctypes  # noqa: PLC0415 - rarely needed

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))
