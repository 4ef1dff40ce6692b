"""A store in one SQLite file, made to be readable in thirty years with nothing but SQLite.

SQLite comes with apsw, which ships a current one on every machine.
"""

import os
import secrets
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any, Final, NoReturn, cast

import apsw

from careerledger.errors import (
    ClosedError,
    DamagedError,
    ForkedError,
    LockedError,
    NetworkFileError,
    NewerFormatError,
    NotALedgerError,
    ReadOnlyError,
    StoreError,
)
from careerledger.stores import EMPTY, Head, Row, Saved, Slim
from careerledger.stores._mounts import network_file_system

__all__ = ["APPLICATION_ID", "FORMAT", "SQLiteStore"]

APPLICATION_ID: Final = 0x63_61_72_4C
"""Marks a file as ours ("carL"); SQLite keeps it in the file's header."""
FORMAT: Final = 1
"""The version of the schema below; SQLite keeps it as ``user_version``."""

SCHEMA: Final = """
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,          -- how many entries
    recorded_at TEXT NOT NULL,      -- when the last one was recorded
    frontier BLOB NOT NULL          -- of the RFC 6962 tree over the leaves, largest subtree first
) STRICT;

CREATE TABLE entry (
    ledger INTEGER NOT NULL REFERENCES ledger (id),
    seq INTEGER NOT NULL,           -- from 1, without a hole
    body BLOB NOT NULL,             -- the whole entry as JSON; all below repeats what it says
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    "on" TEXT,                      -- when it happened; NULL for a correction
    recorded_at TEXT NOT NULL,
    key TEXT,
    introduces TEXT,                -- kind:id
    leaf BLOB NOT NULL,             -- SHA-256 of a zero byte and the body
    UNIQUE (ledger, seq)
) STRICT;

CREATE UNIQUE INDEX entry_id ON entry (ledger, id);
CREATE UNIQUE INDEX entry_key ON entry (ledger, key) WHERE key IS NOT NULL;
CREATE INDEX entry_history ON entry (ledger, "on", seq, type) WHERE "on" IS NOT NULL;
CREATE INDEX entry_correction ON entry (ledger, seq) WHERE "on" IS NULL;
CREATE INDEX entry_introduces ON entry (ledger, introduces, seq) WHERE introduces IS NOT NULL;

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;

CREATE TABLE snapshot (             -- saved running states; may be emptied at any time
    ledger INTEGER NOT NULL REFERENCES ledger (id),
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    seen INTEGER NOT NULL,
    "on" TEXT NOT NULL,
    seq INTEGER NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (ledger, key, "on", seq)
) STRICT;
"""

_MAGIC: Final = b"SQLite format 3\0"


class SQLiteStore:
    """Ledgers in one SQLite file. Threads may share a store, and processes a file.

    Args:
        path: The file; made on first use, readable by its owner alone.
        timeout: How long to wait for another writer, in seconds.

    Raises:
        NotALedgerError, NewerFormatError, ReadOnlyError, NetworkFileError: The file cannot be
            used; it is as it was.
        LockedError: Another program holds it for longer than the timeout.
    """

    def __init__(self, path: str | os.PathLike[str], *, timeout: float = 5.0) -> None:
        self.path = Path(path).absolute()
        self._timeout = timeout
        self._lock = RLock()
        self._process = os.getpid()
        kind = network_file_system(self.path.parent)
        if kind is not None:
            raise NetworkFileError(
                f"{self.path} lies on a network file system ({kind}), where SQLite cannot lock "
                "a file safely; keep the ledger on a local disk"
            )
        if not self.path.exists():
            _create(self.path)
        _check_header(self.path)
        for place in (self.path, self.path.parent):
            if not os.access(place, os.W_OK):
                raise ReadOnlyError(
                    f"{place} cannot be written; a ledger needs a file and a folder "
                    "that you may write to"
                )
        self._open: apsw.Connection | None = None
        with self._translated():
            self._open = _connect(self.path, timeout)
            if _pragma(self._open, "user_version") > FORMAT:
                self.close()
                _refuse_newer(self.path)

    @property
    def _connection(self) -> apsw.Connection:
        if self._process != os.getpid():
            raise ForkedError(
                f"{self.path} was opened before a fork; open it again in the new process"
            )
        if self._open is None:
            raise ClosedError(f"{self.path} is closed; open it again")
        return self._open

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn what SQLite raises into what a caller can act on."""
        try:
            yield
        except (apsw.BusyError, apsw.LockedError) as error:
            raise LockedError(
                f"{self.path} is being written by another program, for longer than "
                f"{self._timeout:g} s; try again, or open it with a longer timeout="
            ) from error
        except (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError) as error:
            raise ReadOnlyError(f"{self.path} cannot be written: {error}") from error
        except (apsw.CorruptError, apsw.NotADBError) as error:
            raise DamagedError(
                f"{self.path} is damaged: {error}; restore it from a backup"
            ) from error
        except apsw.Error as error:
            raise StoreError(f"{self.path}: {error}") from error

    def _rows(self, sql: str, values: tuple[object, ...] | dict[str, object] = ()) -> list[Any]:
        with self._lock, self._translated():
            return self._connection.execute(sql, cast("Any", values)).fetchall()

    def _id(self, ledger: str) -> int:
        found = self._rows("SELECT id FROM ledger WHERE name = ?", (ledger,))
        return found[0][0] if found else 0

    def ledgers(self) -> list[str]:
        """The names of its ledgers, sorted."""
        return [name for (name,) in self._rows("SELECT name FROM ledger ORDER BY name")]

    def head(self, ledger: str) -> Head:
        """Where a ledger ends."""
        found = self._rows(
            "SELECT size, recorded_at, frontier FROM ledger WHERE name = ?", (ledger,)
        )
        return Head(*found[0]) if found else EMPTY

    @contextmanager
    def writing(self, ledger: str) -> Iterator[Head]:
        """Be the only writer until the block ends."""
        with self._transaction():
            yield self.head(ledger)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            connection = self._connection
            with self._translated():
                connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                with self._translated():
                    connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def append(self, ledger: str, rows: Collection[Row], frontier: bytes) -> None:
        """Add rows behind the head, in ``writing``."""
        last = max(rows, key=lambda row: row.seq)
        with self._translated():
            ((number,),) = self._connection.execute(
                "INSERT INTO ledger (name, size, recorded_at, frontier) VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT (name) DO UPDATE SET size = ?2, recorded_at = ?3, frontier = ?4 "
                "RETURNING id",
                (ledger, last.seq, last.recorded_at, frontier),
            )
            self._connection.executemany(
                "INSERT INTO entry "
                '(ledger, seq, id, type, "on", recorded_at, key, body, leaf, introduces) '
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                ((number, *row) for row in rows),
            )

    def log(self, ledger: str, *, after: int, upto: int, limit: int) -> list[Row]:
        """Rows by number."""
        return [
            Row(*row)
            for row in self._rows(
                'SELECT seq, id, type, "on", recorded_at, key, body, leaf, introduces FROM entry '
                "WHERE ledger = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
                (self._id(ledger), after, upto, limit),
            )
        ]

    def facts(
        self,
        ledger: str,
        *,
        after: tuple[str, int],
        until: str,
        upto: int,
        types: Collection[str] | None,
        limit: int,
    ) -> list[Slim]:
        """Rows by place."""
        wanted = "" if types is None else f"AND type IN ({_marks(types)})"
        return self._rows(
            'SELECT seq, type, body FROM entry WHERE ledger = ? AND "on" IS NOT NULL '
            f'AND ("on", seq) > (?, ?) AND "on" <= ? AND seq <= ? {wanted} '
            'ORDER BY "on", seq LIMIT ?',
            (self._id(ledger), *after, until, upto, *(types or ()), limit),
        )

    def place(self, ledger: str, seq: int) -> tuple[str, int]:
        """The place of the row with this number."""
        ((on,),) = self._rows(
            'SELECT coalesce("on", \'\') FROM entry WHERE ledger = ? AND seq = ?',
            (self._id(ledger), seq),
        )
        return (on, seq)

    def corrections(self, ledger: str, *, after: int, upto: int) -> list[Slim]:
        """Rows without a date, by number."""
        return self._rows(
            'SELECT seq, type, body FROM entry WHERE ledger = ? AND "on" IS NULL '
            "AND seq > ? AND seq <= ? ORDER BY seq",
            (self._id(ledger), after, upto),
        )

    def by_id(self, ledger: str, ids: Collection[str]) -> list[Slim]:
        """The rows with these ids, by number."""
        number = self._id(ledger)
        found: list[Slim] = []
        for some in _batches(ids):
            found += self._rows(
                f"SELECT seq, type, body FROM entry WHERE ledger = ? AND id IN ({_marks(some)})",
                (number, *some),
            )
        return sorted(found)

    def by_key(self, ledger: str, keys: Collection[str]) -> dict[str, int]:
        """Which of these keys are taken, and by which row."""
        number = self._id(ledger)
        found: dict[str, int] = {}
        for some in _batches(keys):
            found |= self._rows(
                f"SELECT key, seq FROM entry WHERE ledger = ? AND key IN ({_marks(some)})",
                (number, *some),
            )
        return found

    def introducing(self, ledger: str, names: Iterable[str]) -> dict[str, list[int]]:
        """Which of these names are introduced, and by which rows."""
        number = self._id(ledger)
        found: dict[str, list[int]] = {}
        for some in _batches(list(names)):
            for name, seq in self._rows(
                "SELECT introduces, seq FROM entry WHERE ledger = ? "
                f"AND introduces IN ({_marks(some)}) ORDER BY seq",
                (number, *some),
            ):
                found.setdefault(name, []).append(seq)
        return found

    def names(self, ledger: str, kind: str) -> list[str]:
        """Every id of a kind, sorted."""
        found = self._rows(
            "SELECT DISTINCT substr(introduces, ?) FROM entry "
            "WHERE ledger = ? AND introduces >= ? AND introduces < ? ORDER BY introduces",
            (len(kind) + 2, self._id(ledger), f"{kind}:", f"{kind};"),
        )
        return [name for (name,) in found]

    def known(self, ledger: str, instant: str) -> int:
        """How many entries were recorded up to this instant."""
        found = self._rows(
            "SELECT seq FROM entry WHERE ledger = ? AND recorded_at <= ? "
            "ORDER BY seq DESC LIMIT 1",
            (self._id(ledger), instant),
        )
        return found[0][0] if found else 0

    def touched(
        self,
        ledger: str,
        *,
        after: int,
        upto: int,
        place: tuple[str, int],
        types: Collection[str] | None,
    ) -> bool:
        """Whether a row in this range has a place up to ``place``."""
        wanted = "" if types is None else f"AND +type IN ({_marks(types)})"
        return bool(
            self._rows(
                "SELECT 1 FROM entry WHERE ledger = ? AND seq > ? AND seq <= ? "
                f'AND +"on" IS NOT NULL AND (+"on", seq) <= (?, ?) {wanted} LIMIT 1',
                (self._id(ledger), after, upto, *place, *(types or ())),
            )
        )

    def save(self, ledger: str, key: str, fingerprint: str, snapshots: Collection[Saved]) -> None:
        """Keep just these snapshots under the key, unless another writer is at work."""
        with self._lock, suppress(LockedError):
            self._connection.set_busy_timeout(0)
            try:
                with self._transaction(), self._translated():
                    number = self._id(ledger)
                    self._connection.execute(
                        "DELETE FROM snapshot WHERE ledger = ? AND key = ?", (number, key)
                    )
                    self._connection.executemany(
                        "INSERT INTO snapshot VALUES (?, ?, ?, ?, ?, ?, ?)",
                        [(number, key, fingerprint, *saved) for saved in snapshots],
                    )
            finally:
                self._connection.set_busy_timeout(int(self._timeout * 1000))

    def saved(self, ledger: str, key: str, fingerprint: str) -> list[Saved]:
        """The snapshots under the key that were made with this fingerprint."""
        return [
            Saved(*row)
            for row in self._rows(
                'SELECT seen, "on", seq, state FROM snapshot '
                'WHERE ledger = ? AND key = ? AND fingerprint = ? ORDER BY "on", seq',
                (self._id(ledger), key, fingerprint),
            )
        ]

    def close(self) -> None:
        """Close the file; its write-ahead log is merged into it by the last to close."""
        with self._lock:
            if self._open is not None and self._process == os.getpid():
                self._open.close()
            self._open = None


_AT_ONCE: Final = 500
"""How many values one SQL statement gets."""


def _batches(values: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))


def _pragma(connection: apsw.Connection, name: str) -> Any:
    return connection.pragma(name)


def _connect(path: Path, timeout: float) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.set_busy_timeout(int(timeout * 1000))
    # Nothing in the file is trusted: not its schema, nor SQL that would rewrite the schema.
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    connection.pragma("trusted_schema", False)
    # INSERT OR REPLACE deletes without firing the delete trigger unless triggers are recursive.
    connection.pragma("recursive_triggers", True)
    connection.pragma("foreign_keys", True)
    # A commit is on the disk when it is acknowledged; on macOS that takes more than fsync.
    connection.pragma("synchronous", "FULL")
    connection.pragma("fullfsync", True)
    connection.pragma("checkpoint_fullfsync", True)
    # No copy of anything in a temporary file.
    connection.pragma("temp_store", "MEMORY")
    return connection


def _create(path: Path) -> None:
    """Make an empty ledger file, whole or not at all, whoever else may be doing the same."""
    if not path.parent.is_dir():
        raise NotALedgerError(f"{path.parent} is not a folder; make it first")
    made = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        os.close(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise ReadOnlyError(
            f"{path} cannot be made: {error.strerror}; a ledger needs a folder you may write to"
        ) from error
    try:
        connection = _connect(made, 0)
        with connection:
            connection.execute(SCHEMA)
            connection.pragma("application_id", APPLICATION_ID)
            connection.pragma("user_version", FORMAT)
        connection.pragma("journal_mode", "WAL")
        connection.close()
        with suppress(FileExistsError):  # someone else was faster, and theirs is as good
            os.link(made, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        made.unlink()


def _check_header(path: Path) -> None:
    """Refuse a file that is not ours before SQLite gets to touch it."""
    if not path.is_file():
        raise NotALedgerError(f"{path} is not a file; name a ledger file, or a new one")
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except PermissionError as error:
        raise ReadOnlyError(f"{path} cannot be read: {error.strerror}") from error
    ours = APPLICATION_ID.to_bytes(4, "big")
    if not header.startswith(_MAGIC) or header[68:72] != ours:
        what = "is empty" if not header else "was not made by careerledger"
        raise NotALedgerError(
            f"{path} {what}, so it is not a ledger; it was left as it is, name another file"
        )
    if int.from_bytes(header[60:64], "big") > FORMAT:
        _refuse_newer(path)


def _refuse_newer(path: Path) -> NoReturn:
    raise NewerFormatError(
        f"{path} was written by a newer careerledger; update careerledger to read it"
    )
