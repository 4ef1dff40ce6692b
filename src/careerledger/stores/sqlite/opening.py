"""Create, open and configure a ledger file, or refuse it and leave it unchanged."""
# pyright: reportUnknownMemberType=false
# (as in limits.py)

import os
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn, cast

import apsw

from careerledger.arguments import wrong
from careerledger.errors import (
    NetworkFileError,
    NewerFormatError,
    NotALedgerError,
    ReadOnlyError,
    StoreError,
)
from careerledger.stores.sqlite.defence import check_schema, harden, trust
from careerledger.stores.sqlite.examination import check_names, check_pages, check_sizes
from careerledger.stores.sqlite.examined_files import is_examined, note_examined, status_of
from careerledger.stores.sqlite.forking import Identity, check_forked, close_quietly, identity_of
from careerledger.stores.sqlite.mounts import network_file_system
from careerledger.stores.sqlite.privacy import check_name, check_privacy
from careerledger.stores.sqlite.schema import APPLICATION_ID, FORMAT, empty_file
from careerledger.stores.sqlite.turns import Turns
from careerledger.stores.temporary import new_whole_file, sweep

__all__ = ["check_sqlite", "check_timeout", "open_beside", "open_file", "prepare"]

_SETTINGS: Final = {
    # The schema may have been written by anyone: it calls no function with side effects.
    "trusted_schema": 0,
    # INSERT OR REPLACE deletes without firing the delete trigger unless triggers are recursive.
    "recursive_triggers": 1,
    "foreign_keys": 1,
    # 2 is FULL: a commit is on the disk when it is acknowledged. On macOS that takes more than
    # fsync.
    "synchronous": 2,
    "fullfsync": 1,
    "checkpoint_fullfsync": 1,
    # 2 is MEMORY: no copy of anything in a temporary file.
    "temp_store": 2,
}
_LONGEST_TIMEOUT: Final = 1_000_000
"""In seconds; eleven days."""


def check_sqlite() -> None:
    """Raise StoreError for a version of SQLite that loses data."""
    version = apsw.sqlite_lib_version()
    if (3, 7) <= tuple(map(int, version.split("."))) <= (3, 51, 2):
        raise StoreError(
            f"SQLite {version} can lose what was written (its write-ahead log has a bug up to "
            "3.51.2); install apsw from PyPI, which brings its own SQLite"
        )


def check_timeout(timeout: float) -> None:
    """Raise ArgumentError for a timeout that is not a number of seconds."""
    is_number = isinstance(cast("object", timeout), int | float)
    if not is_number or not 0 <= timeout <= _LONGEST_TIMEOUT:
        raise wrong(
            "timeout",
            timeout,
            f"it must be a number of seconds from 0 to {_LONGEST_TIMEOUT:,}, such as 5",
        )


def prepare(path: Path, trusted: frozenset[int]) -> None:
    """Refuse a place where no ledger can be, and make an empty ledger where there is nothing.

    Args:
        path: The file.
        trusted: The users to whom the file may belong.
    """
    try:
        _check_place(path, trusted)
    except StoreError:
        raise
    except OSError as error:
        raise ReadOnlyError(f"{path} cannot be reached: {error.strerror}") from error


def open_file(path: Path, turns: Turns) -> tuple[apsw.Connection, Identity]:
    """Open a ledger file; where it cannot be used, it stays as it is.

    Args:
        path: The file.
        turns: How to wait for those who are using it.
    """
    _check_header(path)
    has_log = path.with_name(f"{path.name}-wal").exists()
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOFOLLOW
    connection = apsw.Connection(str(path), flags=flags)
    try:
        connection.set_busy_handler(turns)
        harden(connection)
        _configure(connection)
        _check_version(connection, path)
        check_schema(connection, path)
        identity = identity_of(path)
        _examine(connection, path)
        trust(connection)
        _enable_log(connection, path)
        turns.open(f"{path}-wal")
    except BaseException:
        # A log that was there before stays as it was.
        (close_quietly if has_log else apsw.Connection.close)(connection)
        raise
    return connection, identity


def _examine(connection: apsw.Connection, path: Path) -> None:
    """Check that the parts of a file are consistent, unless it is known to be sound."""
    before = status_of(path)
    if is_examined(before):
        return
    check_pages(connection, path)
    check_sizes(connection, path)
    with connection:
        check_names(connection, path)
    if status_of(path) == before:  # else another program changed it meanwhile
        note_examined(before)


def open_beside(path: Path, timeout: float) -> apsw.Connection:
    """Open a file once more, to read it while others write.

    Raises ``apsw.CantOpenError`` where no file descriptor is left for the file or its log.
    """
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_NOFOLLOW
    connection = apsw.Connection(str(path), flags=flags)
    try:
        harden(connection)
        connection.set_busy_timeout(int(1000 * timeout))
        connection.pragma("schema_version")  # opens the log
    except BaseException:
        close_quietly(connection)
        raise
    return connection


def _check_place(path: Path, trusted: frozenset[int]) -> None:
    kind = network_file_system(path.parent)
    if kind is not None:
        raise NetworkFileError(
            f"{path} lies on a network file system ({kind}), where SQLite cannot lock "
            "a file safely; keep the ledger on a local disk"
        )
    check_name(path)
    sweep(path.parent)
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        _create(path)
    check_privacy(path, trusted)
    check_forked(path)
    for place in (path, path.parent):
        if not os.access(place, os.R_OK | os.W_OK):
            raise ReadOnlyError(
                f"{place} cannot be read and written; a ledger needs a file and a folder "
                "that you may write to"
            )


def _create(path: Path) -> None:
    """Make an empty ledger file, whole or not at all, whoever else may be doing the same."""
    if not path.parent.is_dir():
        raise NotALedgerError(f"{path.parent} is not a folder; create it first")
    try:
        # Someone else may be faster, and theirs is as good.
        with (
            suppress(FileExistsError),
            new_whole_file(path) as new,
            open(new, "xb", opener=_private) as file,
        ):
            file.write(empty_file())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ReadOnlyError(
            f"{path} cannot be created: {error.strerror}; a ledger needs a folder that you may "
            "write to, on a file system with hard links"
        ) from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _check_header(path: Path) -> None:
    """Refuse a foreign file before SQLite opens it as a database.

    SQLite's own file layer reads the header: a process that opens and closes a file by itself loses
    all its locks on the file, also those of its other connections.
    """
    flags = [apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_MAIN_DB, 0]
    file = apsw.VFSFile("", str(path), flags)
    try:
        header = file.xRead(100, 0)
    finally:
        file.xClose()
    ours = APPLICATION_ID.to_bytes(4)
    if not header.startswith(b"SQLite format 3\0") or header[68:72] != ours:
        what = "is empty" if not header else "was not made by careerledger"
        raise NotALedgerError(
            f"{path} {what}, so it is not a ledger; it was left as it is, name another file"
        )
    if int.from_bytes(header[60:64]) > FORMAT:
        _refuse_newer(path)


def _configure(connection: apsw.Connection) -> None:
    """Apply every setting, and check that SQLite accepted it."""
    for name, value in _SETTINGS.items():
        connection.pragma(name, value)
        if connection.pragma(name) != value:
            raise StoreError(f"SQLite does not take {name} = {value}; install apsw from PyPI")


def _check_version(connection: apsw.Connection, path: Path) -> None:
    # The header may be older than what the write-ahead log says.
    if connection.pragma("user_version") > FORMAT:
        _refuse_newer(path)


def _enable_log(connection: apsw.Connection, path: Path) -> None:
    mode = connection.pragma("journal_mode", "WAL")
    if mode != "wal":
        raise StoreError(
            f"{path} cannot have a write-ahead log here (SQLite answers {mode!r}); "
            "keep the ledger on a local disk"
        )


def _refuse_newer(path: Path) -> NoReturn:
    raise NewerFormatError(
        f"{path} was written by a newer careerledger; update careerledger to read it"
    )
