"""Check that only the owner of a ledger file can read it, change it or replace it."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from careerledger.arguments import check_path, wrong
from careerledger.errors import NotALedgerError, UnsafeFileError

__all__ = ["Owner", "check_name", "check_privacy", "resolve_path", "trusted_users"]

Owner = int | str | None
"""A user by number (uid) or name; None: nobody."""

_USERS: Final = 2**32
"""The number of users that a system can have."""
_BESIDE: Final = ("-wal", "-shm", "-journal")
"""The name endings of the files that SQLite puts beside a database."""
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def resolve_path(path: str | os.PathLike[str]) -> Path:
    """Return the absolute path of a file, which stays valid when the program changes its folder.

    Links to folders are resolved; the file itself must not be a link (``check_privacy``).
    """
    text = check_path("path", path)
    try:
        absolute = Path(text).absolute()
        resolved = absolute.parent.resolve() / absolute.name
        str(resolved).encode()
        with suppress(OSError):  # it need not exist
            resolved.lstat()
    except (OSError, RuntimeError, ValueError) as error:
        raise NotALedgerError(f"{text!r} cannot be the name of a file: {error}") from error
    return resolved


def check_name(path: Path) -> None:
    """Refuse a name under which SQLite would look for a file of another database."""
    for end in _BESIDE:
        if path.name.endswith(end):
            raise NotALedgerError(
                f"{path} cannot be a ledger: SQLite keeps files of its own under names that end "
                f"with {end}; choose another name"
            )


def trusted_users(owner: Owner) -> frozenset[int]:
    """Return the users to whom a file may belong: this one, and the ``owner``.

    Raises ArgumentError if the owner is no user.
    """
    if not hasattr(os, "geteuid"):  # Windows has no users by number
        return frozenset()
    if owner is None:
        return frozenset({os.geteuid()})
    import pwd  # noqa: PLC0415 - not on Windows

    number = owner
    if isinstance(owner, str):
        with suppress(KeyError, ValueError):
            number = pwd.getpwnam(owner).pw_uid
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < _USERS:
        raise wrong("owner", owner, "it must be a user of this system: a name, or a number (uid)")
    return frozenset({os.geteuid(), number})


def check_privacy(path: Path, trusted: frozenset[int]) -> None:
    """Refuse a file that others can read, change or swap; the files beside it count too.

    Args:
        path: The file.
        trusted: See ``trusted_users``.

    Raises:
        UnsafeFileError: A file is a link or belongs to someone else, its mode or its folder's mode
            gives rights to others, the folder is someone else's, or a journal lies beside it.
        NotALedgerError: It is not a file.
    """
    _check_file(path, trusted)
    for end in _BESIDE:
        beside = path.with_name(path.name + end)
        with suppress(FileNotFoundError):  # another program may have just deleted it
            _check_file(beside, trusted)
            if end == "-journal" and beside.stat().st_size:
                # SQLite would write its content into the ledger, whoever wrote it.
                raise UnsafeFileError(
                    f"{beside} is a rollback journal, which a ledger never has; if another "
                    f"program left it, open {path.name} with that once more, else delete it"
                )
    if hasattr(os, "geteuid"):  # Windows has no such owners and modes
        _check_folder(path.parent, trusted)


def _check_file(path: Path, trusted: frozenset[int]) -> None:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise UnsafeFileError(
            f"{path} is a symbolic link, which can be made to lead elsewhere; "
            f"name the file itself, {os.path.realpath(path)}"
        )
    if not stat.S_ISREG(status.st_mode):
        raise NotALedgerError(f"{path} is not a file; name a ledger file, or a new one")
    if not hasattr(os, "geteuid"):
        return
    _check_owner(path, status.st_uid, trusted)
    if status.st_mode & _OTHERS:
        raise UnsafeFileError(
            f"{path} has mode {stat.S_IMODE(status.st_mode):04o}, so others than its owner can "
            f"use it; a ledger holds other people's names: chmod 600 {path}"
        )


def _check_owner(path: Path, user: int, trusted: frozenset[int]) -> None:
    """Refuse a file of someone else, who can read and change it; also to root, who could use it."""
    if user not in trusted:
        you = os.geteuid()
        raise UnsafeFileError(
            f"{path} belongs to {_described(user)}, and you are {_described(you)}: make it yours "
            f"by chown {you} {path}, or allow it by owner={user} if you trust that user"
        )


def _described(user: int) -> str:
    """Return a user's name and number, such as ``"ada (uid 1000)"``."""
    import pwd  # noqa: PLC0415 - not on Windows

    try:
        return f"{pwd.getpwuid(user).pw_name} (uid {user})"
    except KeyError:  # as for a user of the host, seen from a container
        return f"uid {user}"


def _check_folder(folder: Path, trusted: frozenset[int]) -> None:
    """Refuse a folder in which someone else could put another file in the ledger's place."""
    status, you = folder.stat(), os.geteuid()
    # Root may use anyone's folder: a file that its owner puts there is refused.
    if you and status.st_uid not in trusted | {0}:
        raise UnsafeFileError(
            f"the folder {folder} belongs to {_described(status.st_uid)}, who can put another "
            f"file in the ledger's place, and you are {_described(you)}; keep the ledger in a "
            f"folder of your own, or allow it by owner={status.st_uid} if you trust that user"
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
