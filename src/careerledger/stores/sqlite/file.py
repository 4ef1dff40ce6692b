"""An open ledger file: who may use it when, how it is read, and how it is closed."""
# pyright: reportUnknownMemberType=false
# (as in limits.py)

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any, Final

import apsw

from careerledger.errors import ClosedError, ForkedError, StoreError
from careerledger.stores.descriptors import reserve
from careerledger.stores.sqlite.errors import Translated
from careerledger.stores.sqlite.examined_files import note_own_change, status_of
from careerledger.stores.sqlite.forking import (
    Identity,
    abandon,
    call_after_fork,
    close_quietly,
    identity_of,
)
from careerledger.stores.sqlite.limits import (
    COMMON_ROWS,
    MAX_COMMON,
    MAX_PAGE,
    MAX_RESULT,
    MAX_SNAPSHOT,
    read_up_to,
    values_up_to,
)
from careerledger.stores.sqlite.opening import (
    check_sqlite,
    check_timeout,
    open_beside,
    open_file,
    prepare,
)
from careerledger.stores.sqlite.privacy import Owner, resolve_path, trusted_users
from careerledger.stores.sqlite.turns import Turns

__all__ = ["LedgerFile"]

_CHUNK: Final = 1 << 16
"""How many bytes SQLite's file layer is given at once; it takes less than 128 KiB."""


class LedgerFile:
    """One connection to a file, which threads share, and others beside it for what lasts long.

    Args:
        path: The file; made on first use.
        timeout: How long to wait for another writer, in seconds.
        owner: Another user to whom the file may belong.
    """

    def __init__(self, path: str | os.PathLike[str], timeout: float, owner: Owner = None) -> None:
        check_sqlite()
        check_timeout(timeout)
        trusted = trusted_users(owner)
        self.path: Path = resolve_path(path)
        self.translated = Translated(self.path, timeout)
        self.lock = RLock()
        self._turns = Turns(timeout)
        self._process = os.getpid()
        self._open: apsw.Connection | None = None
        self._other_connections: list[None] = []
        """An item for each other connection in use; a list can be changed by several threads."""
        self._confirmed = False
        """Whether the log that was there when the file was opened is on the disk."""
        prepare(self.path, trusted)
        with self.translated:
            self._open, identity = open_file(self.path, self._turns)
        self._log = f"{self.path}-wal"
        self._identities = identity, _identity_of(self._log)
        """Of the file and of its log."""
        call_after_fork(self._disown)
        reserve()

    @contextmanager
    def used(self) -> Generator[apsw.Connection, None, None]:
        """Give one thread the connection, for a block in which SQLite's errors become ours."""
        self.check_process()
        with self.translated, self.lock:
            yield self.connection

    @property
    def connection(self) -> apsw.Connection:
        """The connection; an error when it is not to be used any more."""
        if self._open is None:
            raise ClosedError(f"{self.path} is closed; open it again")
        if self.translated.unconfirmed:
            raise self.translated.sync_error()
        return self._open

    @property
    def idle_connection(self) -> apsw.Connection:
        """The connection; an error also within a transaction."""
        connection = self.connection
        if connection.in_transaction:
            raise StoreError(f"{self.path} is being written by this thread; end that first")
        return connection

    def check_process(self) -> None:
        """Raise ForkedError in a forked child.

        Asked before the lock is taken: a thread that held it may not exist in this process.
        """
        if self._process != os.getpid():
            raise ForkedError(
                f"{self.path} was opened before a fork; open it again in the new process"
            )

    # Reading

    def all(self, sql: str, *values: object) -> list[Any]:
        """Return every row; StoreError where they would not fit into memory."""
        rows, more = self.read(sql, values, MAX_RESULT)
        if more:
            raise StoreError(
                f"{self.path} has more than {MAX_RESULT:,} bytes for one question, which no "
                "ledger needs; restore it from a backup"
            )
        return rows

    def page(self, sql: str, values: Any, limit: int) -> list[Any]:
        """Return every row up to the limit that SQL has, or so many as fill a page with bytes."""
        rows = self._common(sql, values) if limit <= COMMON_ROWS else None
        return self.read(sql, values, MAX_PAGE)[0] if rows is None else rows

    def _common(self, sql: str, values: Any) -> list[Any] | None:
        """Return every row; None where one of them is not a common one.

        Counting their bytes would take a third of the time that reading takes.
        """
        with (
            self.used() as connection,
            suppress(apsw.TooBigError),
            values_up_to(connection, MAX_COMMON),
        ):
            return list(connection.execute(sql, values))
        return None

    def read(self, sql: str, values: Any, most: int, *, step: int = 16) -> tuple[list[Any], bool]:
        """Return rows until they have so many bytes, and whether there are more."""
        with self.used() as connection:
            rows = connection.execute(sql, values)
            try:
                return read_up_to(rows, most, step)
            finally:
                rows.close(True)

    @contextmanager
    def beside(self) -> Generator[apsw.Connection, None, None]:
        """Open another connection, for long reads during which nobody has to wait.

        Where no file descriptor is left for it, its user gets the one connection that there is.
        """
        self.check_process()
        _ = self.connection  # neither closed nor in doubt
        self._check_identity()
        self._other_connections.append(None)
        try:
            try:
                connection = open_beside(self.path, self._turns.timeout)
            except apsw.CantOpenError:
                connection = None
            if connection is None:
                with self.used() as own:
                    own.release_memory()  # read what is in the file, as the other would
                    yield own
                return
            try:
                yield connection
            finally:
                close_quietly(connection)
        finally:
            self._other_connections.pop()

    # Writing

    @contextmanager
    def transaction(self, *, patient: bool = True) -> Generator[apsw.Connection, None, None]:
        """Be the only writer until the block ends; what was not committed in it is undone.

        A signal handler may raise at any call. So locks are only taken by ``with``, which no signal
        can interrupt, and a generator that is never resumed leaves its blocks when it is freed.

        Args:
            patient: Whether to wait for other writers, standing in line.
        """
        self.check_process()
        with self.translated, self.lock:
            connection = self.idle_connection
            try:
                self._begin(connection, patient=patient)
                yield connection
            finally:
                self._turns.end()
                self._undo()

    def _begin(self, connection: apsw.Connection, *, patient: bool) -> None:
        try:
            if patient:
                self._turns.begin()
            else:
                connection.set_busy_handler(None)
            connection.execute("BEGIN IMMEDIATE")
        finally:
            self._turns.end()
            if not patient:
                connection.set_busy_handler(self._turns)
        self._check_identity()
        self._confirm_log()

    def commit(self) -> int:
        """Make what was written in the transaction count; return the version of the file."""
        self.check_process()
        connection = self.connection
        before = status_of(self.path)
        try:
            connection.execute("COMMIT")
        except apsw.Error as error:
            self.translated.raise_for(error)
            raise
        note_own_change(self.path, before)  # where a long log was merged
        self._check_identity()  # else what was written may be where nobody finds it
        return connection.data_version()

    def rewrite(self) -> None:
        """Write the file anew without its free pages, and empty the write-ahead log."""
        with self.used():
            connection, before = self.idle_connection, status_of(self.path)
            with values_up_to(connection, MAX_SNAPSHOT):
                connection.execute("VACUUM")
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            note_own_change(self.path, before)

    def _undo(self) -> None:
        """Undo what was not committed."""
        # A child forked in a transaction must leave that of its parent alone, and nothing is left
        # of one on a connection that was closed in it.
        connection = self._open if self._process == os.getpid() else None
        if connection is not None:
            _roll_back(connection)

    def _check_identity(self) -> None:
        """Raise StoreError if the file or its log was moved, deleted or replaced."""
        now = _identity_of(self.path), _identity_of(self._log)
        if self._identities[1] is None:  # there was nothing to read when it was opened
            self._identities = self._identities[0], now[1]
        if now != self._identities or None in now:
            what = self.path if now[0] != self._identities[0] else self._log
            raise StoreError(
                f"{what} was moved, deleted or replaced while it was open; nothing more is "
                "written, close the ledger and open it again"
            )

    def _confirm_log(self) -> None:
        """Make sure that the log is on the disk, while nobody else can write it.

        After a failed sync, Linux treats the data as written: programs read it, and the next sync
        succeeds. So an existing log may contain a record that is not on the disk, and a power cut
        would remove it together with everything recorded after it. Therefore a store rewrites the
        log, byte for byte, before it first writes or merges it; both begin with a sync of the log.
        """
        if self._confirmed:
            return
        flags = [apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_WAL, 0]
        file = apsw.VFSFile("", f"{self.path}-wal", flags)
        try:
            for start in range(0, file.xFileSize(), _CHUNK):
                file.xWrite(file.xRead(_CHUNK, start), start)
        finally:
            file.xClose()
        self._confirmed = True

    # The end

    def close(self) -> None:
        """Close the file; its write-ahead log is merged into it by the last to close."""
        if self._process != os.getpid():
            return
        with self.lock:
            connection, self._open = self._open, None
            if connection is None:
                return
            before = status_of(self.path)
            # What cannot be merged stays in the log, where the next to open the file finds it.
            with suppress(apsw.Error):
                if self._is_log_certain(connection):
                    # Two that close at the same moment each take the other for one who stays,
                    # and neither would merge the log.
                    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
                else:
                    close_quietly(connection)
            with suppress(apsw.Error):
                connection.close()
            self._turns.close()
            note_own_change(self.path, before)

    def _is_log_certain(self, connection: apsw.Connection) -> bool:
        if not (self._confirmed or self.translated.unconfirmed):
            connection.set_busy_handler(None)  # who is writing now will merge the log
            with suppress(apsw.Error):
                connection.execute("BEGIN IMMEDIATE")
                self._confirm_log()
            _roll_back(connection)
        return self._confirmed and not self.translated.unconfirmed

    def _disown(self) -> None:
        """Drop the inherited connection in a forked child, without touching the file."""
        connection, self._open = self._open, None
        if connection is None:
            return
        self._turns.close()
        idle = self.lock.acquire(blocking=False) and not connection.in_transaction
        if idle and not self._other_connections:
            close_quietly(connection)
        else:
            abandon(connection, self._identities[0])


def _identity_of(path: str | os.PathLike[str]) -> Identity | None:
    try:
        return identity_of(path)
    except OSError:
        return None


def _roll_back(connection: apsw.Connection) -> None:
    if connection.in_transaction:
        # If this fails as well, SQLite has rolled back by itself.
        with suppress(apsw.Error):
            connection.execute("ROLLBACK")
