"""Take turns at writing a file, so that nobody waits much longer than the others.

SQLite has no queue: a writer that finds a file locked asks again later, and less and less often.
Those who just came are served before those who wait, and under load some wait for seconds.

Here the longer a writer has waited, the more often it asks. And one that has waited for long takes
a ticket, and later writers wait for it. A ticket is a lock on a byte of the write-ahead log, where
SQLite locks nothing. The offset of the byte is the time at which the writer began to wait. The
system releases the lock when the process ends. ``docs/faults.md`` has the figures.
"""

import os
import random
import struct
import sys
from contextlib import suppress
from time import monotonic_ns, sleep
from typing import Final

if sys.platform == "linux":  # pragma: no branch - measured on Linux
    import fcntl

    _SET: Final = fcntl.F_OFD_SETLK
    _FIND: Final = fcntl.F_OFD_GETLK
    _LOCKED: Final = fcntl.F_WRLCK
    _FREE: Final = fcntl.F_UNLCK

__all__ = ["Turns"]

_LONG: Final = 0.05
"""After this many seconds a writer takes a ticket."""
_FLOCK: Final = struct.Struct("hhqqi0q")
"""What fcntl(2) takes: type, whence, start, length, process; 32 bytes."""


class Turns:
    """One connection's way of waiting for other writers.

    Args:
        timeout: When to give up, in seconds.
    """

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self._file: int | None = None
        self._since = 0
        """When the wait began, in nanoseconds of a clock that all processes share."""
        self._in_line = False
        self._ticket: int | None = None

    def open(self, log: str) -> None:
        """Open the write-ahead log whose bytes are the tickets."""
        # Only Linux has locks that belong to an open file and not to all of a process. Without
        # them everybody waits, only less fairly.
        if sys.platform == "linux":
            with suppress(OSError):
                self._file = os.open(log, os.O_RDWR | os.O_NOFOLLOW)

    def close(self) -> None:
        """Close the log; locks that a process inherited stay with its parent."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def __del__(self) -> None:
        self.close()

    def begin(self) -> None:
        """Join the line, behind those with tickets."""
        self._since, self._in_line = monotonic_ns(), True
        self._wait_turn()

    def end(self) -> None:
        """Leave the line, after one's turn or the timeout."""
        self._in_line = False
        if self._ticket is not None and self._file is not None:
            _fcntl(self._file, _SET, _FREE, self._ticket, 1)
        self._ticket = None

    def __call__(self, asked: int) -> bool:
        """Wait a moment before SQLite asks again, which it did ``asked`` times before.

        Returns False when the timeout is over.
        """
        if self._in_line:
            self._wait_turn()
        elif not asked:
            self._since = monotonic_ns()
        waited = self._waited()
        remaining = self.timeout - waited
        if remaining <= 0:
            return False
        # 4 ms at first, half of that after 10 ms, a third after 20 ms, and so on down to 0.1 ms;
        # a little by chance, so that no two keep step.
        moment = random.uniform(0.5, 1) * 0.004 / (1 + waited / 0.01)  # noqa: S311 - no secret
        sleep(min(remaining, max(moment, 0.0001)))
        return True

    def _waited(self) -> float:
        return (monotonic_ns() - self._since) / 1e9

    def _wait_turn(self) -> None:
        # Not for ever: a writer with a ticket may have been stopped.
        while self._file is not None and (waited := self._waited()) < self.timeout / 2:
            if waited > _LONG and self._ticket is None:
                self._ticket = self._since
                _fcntl(self._file, _SET, _LOCKED, self._ticket, 1)
            if _fcntl(self._file, _FIND, _LOCKED, 0, self._since) == _FREE:
                return
            sleep(0.0005)


def _fcntl(file: int, command: int, kind: int, start: int, length: int) -> int:
    """Set or find a lock, and return its kind."""
    asked = _FLOCK.pack(kind, os.SEEK_SET, start, length, 0)
    answer: int = _FLOCK.unpack(fcntl.fcntl(file, command, asked))[0]
    return answer
