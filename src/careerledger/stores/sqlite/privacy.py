"""Check that only the owner of a ledger file can read it, change it or replace it."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from careerledger.errors import NotALedgerError, UnsafeFileError

__all__ = ["check_name", "check_privacy", "resolve_path"]

_BESIDE: Final = ("-wal", "-shm", "-journal")
"""The name endings of the files that SQLite puts beside a database."""
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def resolve_path(path: str | os.PathLike[str]) -> Path:
    """Return the absolute path of a file, which stays valid when the program changes its folder.

    Links to folders are resolved; the file itself must not be a link (``check_privacy``).
    """
    try:
        absolute = Path(path).absolute()
        resolved = absolute.parent.resolve() / absolute.name
        str(resolved).encode()
        with suppress(OSError):  # it need not exist
            resolved.lstat()
    except (OSError, RuntimeError, ValueError) as error:
        raise NotALedgerError(f"{path!r} cannot be the name of a file: {error}") from error
    return resolved


def check_name(path: Path) -> None:
    """Refuse a name under which SQLite would look for a file of another database."""
    for end in _BESIDE:
        if path.name.endswith(end):
            raise NotALedgerError(
                f"{path} cannot be a ledger: SQLite keeps files of its own under names that end "
                f"with {end}; choose another name"
            )


def check_privacy(path: Path) -> None:
    """Refuse a file that others can read, change or swap; the files beside it count too.

    Raises:
        UnsafeFileError: A file is a link, its mode or its folder's mode gives rights to others,
            the folder is someone else's, or a journal lies beside it.
        NotALedgerError: It is not a file.
    """
    _check_file(path)
    for end in _BESIDE:
        beside = path.with_name(path.name + end)
        with suppress(FileNotFoundError):  # another program may have just deleted it
            _check_file(beside)
            if end == "-journal" and beside.stat().st_size:
                # SQLite would write its content into the ledger, whoever wrote it.
                raise UnsafeFileError(
                    f"{beside} is a rollback journal, which a ledger never has; if another "
                    f"program left it, open {path.name} with that once more, else delete it"
                )
    if hasattr(os, "geteuid"):  # Windows has no such owners and modes
        _check_folder(path.parent)


def _check_file(path: Path) -> None:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise UnsafeFileError(
            f"{path} is a symbolic link, which can be made to lead elsewhere; "
            f"name the file itself, {os.path.realpath(path)}"
        )
    if not stat.S_ISREG(status.st_mode):
        raise NotALedgerError(f"{path} is not a file; name a ledger file, or a new one")
    if hasattr(os, "geteuid") and status.st_mode & _OTHERS:
        raise UnsafeFileError(
            f"{path} has mode {stat.S_IMODE(status.st_mode):04o}, so others than its owner can "
            f"use it; a ledger holds other people's names: chmod 600 {path}"
        )


def _check_folder(folder: Path) -> None:
    """Refuse a folder in which someone else could put another file in the ledger's place."""
    status, user = folder.stat(), os.geteuid()
    if user and status.st_uid not in (user, 0):
        raise UnsafeFileError(
            f"the folder {folder} belongs to another user, who can put another file in the "
            "ledger's place; keep the ledger in a folder of your own"
        )
    # In a sticky folder, as /tmp is, only a file's owner can move it away.
    if status.st_mode & stat.S_ISVTX:
        return
    if status.st_mode & stat.S_IWOTH or (status.st_mode & stat.S_IWGRP and not _is_own(status)):
        raise UnsafeFileError(
            f"the folder {folder} has mode {stat.S_IMODE(status.st_mode):04o}, so others can put "
            f"another file in the ledger's place: chmod go-w {folder}"
        )


def _is_own(status: os.stat_result) -> bool:
    """Return whether a folder's group has only its user, as on many systems."""
    import grp  # noqa: PLC0415 - not on Windows
    import pwd  # noqa: PLC0415 - not on Windows

    try:
        user, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(status.st_gid)
    except KeyError:
        return False
    return group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}
