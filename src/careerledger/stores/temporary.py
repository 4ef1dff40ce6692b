"""New files that appear whole or not at all, and the temporary folders in which they are written.

A folder is locked while its program runs. Whoever opens a ledger beside it deletes folders that
nobody has locked: a killed program leaves them, and they may hold what others want forgotten.
"""

import os
import shutil
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

if sys.platform != "win32":  # pragma: no branch - which has no such locks
    import fcntl

__all__ = ["new_whole_file", "sweep", "temporary_folder"]

_PREFIX: Final = ".careerledger-"


@contextmanager
def new_whole_file(path: Path) -> Generator[Path, None, None]:
    """Yield the path under which to write a new file; it gets its own name when the block ends.

    Nothing is left if the block fails. Raises FileExistsError at the end if there is such a file.
    """
    with temporary_folder(path.parent) as folder:
        new = folder / path.name
        yield new
        os.link(new, path)
        with suppress(PermissionError):  # Windows opens no folders
            _sync(path.parent)


@contextmanager
def temporary_folder(beside: Path) -> Generator[Path, None, None]:
    """Yield a new folder that only its owner can use; it is deleted when the block ends."""
    while True:
        folder = Path(mkdtemp(prefix=_PREFIX, dir=beside))
        # Until it is locked, another program may take it for an abandoned one.
        with suppress(FileNotFoundError):
            lock = _lock(folder)
            if folder.exists():
                break
            _unlock(lock)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        _unlock(lock)


def sweep(folder: Path) -> None:
    """Delete the temporary folders of programs that were killed."""
    if sys.platform == "win32":
        return
    for abandoned in _own_folders(folder):
        with suppress(OSError):
            lock = _lock(abandoned, fcntl.LOCK_NB)
            try:
                shutil.rmtree(abandoned)
            finally:
                _unlock(lock)


def _own_folders(folder: Path) -> Iterator[Path]:
    """Yield the temporary folders of this user."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if (
                entry.name.startswith(_PREFIX)
                and entry.is_dir(follow_symlinks=False)
                and entry.stat(follow_symlinks=False).st_uid == os.geteuid()
            ):
                yield Path(entry.path)


def _lock(folder: Path, how: int = 0) -> int | None:
    if sys.platform == "win32":
        return None
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | how)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _unlock(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
