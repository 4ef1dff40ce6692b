"""Which files were examined, and how each looked from outside when it was last known to be sound.

An examination takes time in proportion to a file's size, so it is made once, and again when anyone
else may have changed the file: copied another one over it, put a backup in its place, written into
it with another program.

Whoever changes a file changes the time of its last change (ctime), which the system sets and no
program can. So a note holds that time with the file's device, number, size and time of writing, as
a hash. It lies in memory that the system empties when it starts, and not in the file, whose copies
would bring it along. One small file per user has room for the notes of 4,096 ledgers; two that
share a place are examined more often. Where notes cannot be kept, each opening examines the file.

Linux before 6.13 gives two changes within 4 ms the same time. There, nobody notices a file of the
same size that was put in the place of a ledger within 4 ms after that was closed.
"""

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

__all__ = ["Status", "is_examined", "note_examined", "note_own_change", "status_of"]

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
"""Linux writes a new random name here at each start of the machine."""
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - each file there is checked to be the user's own
"""Linux keeps this folder in memory, for each container its own."""
_NOTES: Final = 4096
_SIZE: Final = 32
"""How many bytes a note has: a SHA-256."""


class Status(NamedTuple):
    """What can be seen of a file from outside; times are in nanoseconds."""

    device: int
    inode: int
    size: int
    written: int
    changed: int


def status_of(path: Path) -> Status | None:
    """Return the status of a file; None: it is missing."""
    try:
        status = os.lstat(path)  # a third of the time of path.lstat()
    except OSError:
        return None
    return Status(
        status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
    )


def is_examined(status: Status | None) -> bool:
    """Whether a file with this status was noted as examined since the machine started."""
    with suppress(OSError, AttributeError):  # Windows has neither pread nor users by number
        if status is not None:
            place, note = _note(status)
            with _notes(os.O_RDONLY) as file:
                return os.pread(file, _SIZE, place) == note
    return False


def note_examined(status: Status | None) -> None:
    """Note that a file with this status is sound."""
    with suppress(OSError, AttributeError):
        if status is not None:
            place, note = _note(status)
            with _notes(os.O_RDWR | os.O_CREAT) as file:
                os.pwrite(file, note, place)


def note_own_change(path: Path, before: Status | None) -> None:
    """Note that a file that was sound before is still so: only SQLite has changed it.

    Args:
        path: The file.
        before: Its status just before SQLite was told to change it.
    """
    now = status_of(path)
    if now != before and is_examined(before):
        note_examined(now)


def _note(status: Status) -> tuple[int, bytes]:
    """Return the note for a status, and its place among the notes."""
    boot = _BOOT.read_bytes()
    place = sha256(boot + b"%d:%d" % status[:2]).digest()
    note = sha256(boot + b"%d:%d:%d:%d:%d" % status).digest()
    return int.from_bytes(place[:4]) % _NOTES * _SIZE, note


@contextmanager
def _notes(flags: int) -> Generator[int, None, None]:
    """Open the user's notes; OSError where someone else may have written them."""
    user = os.geteuid()
    file = os.open(_MEMORY / f"careerledger-{user}", flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        status = os.fstat(file)
        if status.st_uid != user or status.st_mode != stat.S_IFREG | 0o600:
            raise PermissionError
        yield file
    finally:
        os.close(file)
