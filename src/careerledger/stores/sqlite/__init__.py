"""A store in one SQLite file, made to be readable in thirty years with nothing but SQLite.

SQLite comes with apsw, which ships a current one on every machine.
"""
# ruff: noqa: S608 - what is put into SQL is SQL from this file; values are bound
# pyright: reportUnknownMemberType=false
# (apsw's types name collections.abc.Buffer, which Python 3.11 does not have)

import os
import secrets
from bisect import bisect_right
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache, lru_cache, partial
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from threading import RLock
from typing import Any, Final, NamedTuple, NoReturn
from weakref import WeakSet

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
from careerledger.stores import EMPTY, Head, Row, Saved, Slim, check_less, follows, new_row
from careerledger.stores.sqlite.defence import (
    COMMON_ROWS,
    MAX_COMMON,
    MAX_PAGE,
    MAX_RESULT,
    MAX_SNAPSHOT,
    MAX_SNAPSHOTS,
    MAX_VALUE,
    check_pages,
    check_schema,
    check_sizes,
    is_examined,
    note_examined,
    place_of,
    read,
    restrain,
    trust,
    values_up_to,
)
from careerledger.stores.sqlite.mounts import network_file_system
from careerledger.stores.sqlite.privacy import check_name, check_privacy, located
from careerledger.stores.sqlite.turns import Turns

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
    personal BLOB,                  -- what the body only has hashes of, each a line of JSON
    UNIQUE (ledger, seq)
) STRICT;

CREATE UNIQUE INDEX entry_id ON entry (ledger, id);
CREATE UNIQUE INDEX entry_key ON entry (ledger, key) WHERE key IS NOT NULL;
CREATE INDEX entry_history ON entry (ledger, "on", seq, type) WHERE "on" IS NOT NULL;
CREATE INDEX entry_correction ON entry (ledger, seq) WHERE "on" IS NULL;
CREATE INDEX entry_introduces ON entry (ledger, introduces, seq) WHERE introduces IS NOT NULL;

CREATE TRIGGER entry_is_never_changed
BEFORE UPDATE OF ledger, seq, body, id, type, "on", recorded_at, key, introduces, leaf ON entry
BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER personal_is_only_erased BEFORE UPDATE OF personal ON entry
WHEN NEW.personal IS NOT NULL AND length(NEW.personal) >= coalesce(length(OLD.personal), 0)
BEGIN SELECT RAISE(ABORT, 'what is personal is only ever erased'); END;
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

CREATE TABLE examined (             -- at most one row: where this file was when all of it was
    id INTEGER PRIMARY KEY CHECK (id = 1),
    place TEXT NOT NULL             -- looked through, as only the machine knows that it was on
) STRICT;
"""

_HERE: Final = "(SELECT id FROM ledger WHERE name = ?)"
"""A ledger's number, found in the statement that needs it: there is nothing to go stale."""

_CHUNK: Final = 1 << 16
"""How many bytes SQLite's file layer is given at once; it takes less than 128 KiB."""

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


class _Translated:
    """Within it, what SQLite raises becomes what a caller can act on.

    A class, because entering a generator's block takes 1.5 µs, and a record enters six.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self.unconfirmed = False
        """Whether a sync failed, so that nobody can tell what is on the disk."""

    def __enter__(self) -> None:
        pass

    def doubt(self) -> StoreError:
        """What there is to say after a sync has failed."""
        return StoreError(
            f"the disk did not confirm what was written to {self._path}, so only what is there "
            "when it is opened again counts; close the ledger, see to the disk, and open it again"
        )

    def __exit__(  # noqa: C901 - one branch for each kind of error
        self, kind: object, error: BaseException | None, traceback: object
    ) -> None:
        if error is None:
            return
        if isinstance(error, apsw.BusyError | apsw.LockedError):
            raise LockedError(
                f"{self._path} is being written by another program, for longer than "
                f"{self._timeout:g} s; try again, or open it with a longer timeout="
            ) from error
        if isinstance(error, apsw.ReadOnlyError | apsw.CantOpenError | apsw.PermissionsError):
            raise ReadOnlyError(
                f"{self._path} cannot be written: {error}; a ledger needs a file and a folder "
                "that you may write to"
            ) from error
        if isinstance(error, apsw.CorruptError | apsw.NotADBError | UnicodeDecodeError):
            raise DamagedError(
                f"{self._path} is damaged: {error}; restore it from a backup"
            ) from error
        if isinstance(error, apsw.FullError):
            raise StoreError(
                f"{self._path} cannot grow: {error}; nothing was written, "
                "make room on its disk and try again"
            ) from error
        if getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_FSYNC:
            # Systems forget what they could not sync: to try again would confirm what is lost.
            self.unconfirmed = True
            raise self.doubt() from error
        if isinstance(error, apsw.TooBigError):
            raise StoreError(
                f"{self._path}: more than {MAX_VALUE:,} bytes in one row, which no ledger has; "
                "say it in less, or restore the file from a backup"
            ) from error
        if isinstance(error, OverflowError):
            raise StoreError(f"{self._path} holds no numbers beyond 64 bits") from error
        if isinstance(error, UnicodeEncodeError):
            raise StoreError(
                f"{error.object!r} cannot be stored: it has half a character (a surrogate), "
                "which UTF-8 does not hold"
            ) from error
        if isinstance(error, apsw.Error):
            raise StoreError(f"{self._path}: {error}") from error


class SQLiteStore:
    """Ledgers in one SQLite file. Threads may share a store, and processes a file.

    A process that was forked opens the file anew; the store it inherited refuses to be used.

    Args:
        path: The file; made on first use, readable by its owner alone.
        timeout: How long to wait for another writer, in seconds.

    Raises:
        NotALedgerError, NewerFormatError, DamagedError, ReadOnlyError, NetworkFileError: The file
            cannot be used; it is as it was.
        UnsafeFileError: Others could read it, change it or put another in its place.
        LockedError: Another program holds it for longer than the timeout.
        ForkedError: The process was forked while a thread of its parent was using the file.
    """

    def __init__(self, path: str | os.PathLike[str], *, timeout: float = 5.0) -> None:
        _check_sqlite()
        _check_timeout(timeout)
        self.path = located(path)
        self._turns = Turns(timeout)
        self._lock = RLock()
        self._process = os.getpid()
        self._translated = _Translated(self.path, timeout)
        self._open: apsw.Connection | None = None
        self._beside_it: list[None] = []
        """One for each other connection that is at work; threads may change a list at once."""
        self._writing: _End | None = None
        self._ends: dict[str, _End] = {}
        """Where ledgers end, for as long as the file has the version that is noted below."""
        self._version = -1
        self._confirmed = False
        """Whether all that the log showed when the file was opened is on the disk."""
        self._examined: str | None = None
        """Where the file was looked through, if that is yet to be written down."""
        try:
            _check_place(self.path)
        except StoreError:
            raise
        except OSError as error:
            raise ReadOnlyError(f"{self.path} cannot be reached: {error.strerror}") from error
        with self._translated:
            _check_header(self.path)
            has_log = self.path.with_name(f"{self.path.name}-wal").exists()
            flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOFOLLOW
            connection = apsw.Connection(str(self.path), flags=flags)
            try:
                connection.set_busy_handler(self._turns)
                restrain(connection)
                _configure(connection)
                _check_version(connection, self.path)
                check_schema(connection, self.path, SCHEMA)
                self._identity = _identity(self.path)
                place = place_of(*self._identity)
                if not is_examined(connection, place):
                    check_pages(connection, self.path)
                    check_sizes(connection, self.path)
                    self._examined = place
                trust(connection)
                _log_ahead(connection, self.path)
                self._turns.open(f"{self.path}-wal")
            except BaseException:
                # What is in a log that was there before stays there.
                (_let_go if has_log else apsw.Connection.close)(connection)
                raise
        self._open = connection
        _stores.add(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    @property
    def _connection(self) -> apsw.Connection:
        if self._open is None:
            raise ClosedError(f"{self.path} is closed; open it again")
        if self._translated.unconfirmed:
            raise self._translated.doubt()
        return self._open

    def _check_process(self) -> None:
        # Asked before the lock is taken: a thread that held it may not exist in this process.
        if self._process != os.getpid():
            raise ForkedError(
                f"{self.path} was opened before a fork; open it again in the new process"
            )

    def _rows(self, sql: str, *values: object) -> list[Any]:
        """All that is found; StoreError where it would not fit into memory."""
        found, more = self._read(sql, values, MAX_RESULT)
        if more:
            raise StoreError(
                f"{self.path} has more than {MAX_RESULT:,} bytes for one question, which no "
                "ledger needs; restore it from a backup"
            )
        return found

    def _page(self, sql: str, *values: object, limit: int) -> list[Any]:
        """So many rows, or fewer with as many bytes as a page has; SQL binds the limit last."""
        found = self._common(sql, (*values, limit)) if limit <= COMMON_ROWS else None
        return self._read(sql, (*values, limit), MAX_PAGE)[0] if found is None else found

    def _common(self, sql: str, values: tuple[Any, ...]) -> list[Any] | None:
        """All that is found, if every row is a common one.

        Counting their bytes would take a third of the time that reading takes.
        """
        self._check_process()
        with self._lock, self._translated, suppress(apsw.TooBigError):
            connection = self._connection
            with values_up_to(connection, MAX_COMMON):
                return list(connection.execute(sql, values))
        return None

    def _read(
        self, sql: str, values: tuple[Any, ...], most: int, *, step: int = 16
    ) -> tuple[list[Any], bool]:
        self._check_process()
        with self._lock, self._translated:
            rows = self._connection.execute(sql, values)
            try:
                return read(rows, most, step)
            finally:
                rows.close(True)

    def ledgers(self) -> list[str]:
        """The names of its ledgers, sorted."""
        return [name for (name,) in self._rows("SELECT name FROM ledger ORDER BY name")]

    def head(self, ledger: str) -> Head:
        """Where a ledger ends."""
        return self._end_of(ledger).head

    def _end_of(self, ledger: str) -> "_End":
        sql = "SELECT id, size, recorded_at, frontier FROM ledger WHERE name = ?"
        for number, *head in self._rows(sql, ledger):
            if list(map(type, head)) != [int, str, bytes]:
                raise DamagedError(
                    f"{self.path} is damaged: it does not say where ledger {ledger!r} ends; "
                    "restore it from a backup"
                )
            return _End(ledger, number, Head(*head))
        return _End(ledger, None, EMPTY)

    def writing(self, ledger: str) -> AbstractContextManager[Head]:
        """Be the only writer until the block ends."""
        return _Writing(partial(self._begin, ledger), self._finish)

    def _begin(self, ledger: str, *, patient: bool = True) -> Head:
        """Start a transaction, whose end gives the lock back; ``patient`` ones stand in line."""
        self._check_process()
        self._lock.acquire()
        connection = None
        try:
            connection = self._idle_connection()
            with self._translated:
                if patient:
                    self._turns.begin()
                try:
                    connection.execute("BEGIN IMMEDIATE")
                finally:
                    self._turns.end()
                self._check_identity()
                self._confirm_log()
                if self._examined is not None:
                    note_examined(connection, self._examined)
                    self._examined = None
                if connection.data_version() != self._version:
                    self._ends.clear()
                end = self._ends.get(ledger) or self._end_of(ledger)
        except BaseException:
            if connection is not None:
                _roll_back(connection)
            self._lock.release()
            raise
        self._writing = end
        return end.head

    def _idle_connection(self) -> apsw.Connection:
        connection = self._connection
        if connection.in_transaction:
            raise StoreError(f"{self.path} is being written by this thread; end that first")
        return connection

    def _finish(self, error: BaseException | None) -> None:
        """End the transaction: what was appended in it counts, unless there was an error."""
        # A child forked in here must leave its parent's transaction alone, and nothing is left
        # of one on a connection that was closed in here.
        connection = self._open if self._process == os.getpid() else None
        try:
            if error is None:
                self._commit()
        finally:
            self._writing = None
            if connection is not None:
                _roll_back(connection)
            self._lock.release()

    def _commit(self) -> None:
        self._check_process()
        connection, end = self._connection, self._writing
        if end is None:
            raise StoreError(f"{self.path}: an append failed, so nothing was written")
        with self._translated:
            connection.execute("COMMIT")
        self._ends[end.ledger] = end
        self._version = connection.data_version()

    def _check_identity(self) -> None:
        """Refuse to write into a file that nobody can find any more."""
        try:
            found = _identity(self.path)
        except OSError:
            found = None
        if found != self._identity:
            raise StoreError(
                f"{self.path} was moved, deleted or replaced while it was open; "
                "nothing was written, close the ledger and open it again"
            )

    def _confirm_log(self) -> None:
        """See to it that what the log shows is on the disk, while nobody else can write it.

        What Linux could not sync, it takes for written all the same: programs read it, and the
        next sync says that all is well. So the log that a store finds may show a record that is
        not on the disk, and a power cut would tear away all that was built on it. Therefore a
        store writes the log once more, byte for byte, before it first writes or merges it; both
        begin with a sync of the log.
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

    def append(self, ledger: str, rows: Collection[Row], frontier: bytes) -> None:
        """Add rows behind the head, in ``writing``."""
        self._check_process()
        with self._lock, self._translated:
            writing = self._writing
            size = follows(ledger, rows, writing and (writing.ledger, writing.head.size))
            if not rows or writing is None:
                return
            number, self._writing = writing.number, None
            *_, last = rows
            head = Head(size, last.recorded_at, frontier)
            connection = self._connection
            if number is None:
                ((number,),) = connection.execute(
                    "INSERT INTO ledger (name, size, recorded_at, frontier) VALUES (?, ?, ?, ?) "
                    "RETURNING id",
                    (ledger, *head),
                )
            else:
                connection.execute(
                    "UPDATE ledger SET size = ?, recorded_at = ?, frontier = ? WHERE id = ?",
                    (*head, number),
                )
            new = iter(rows)
            while some := list(islice(new, _ROWS_AT_ONCE)):
                values: tuple[Any, ...] = tuple(chain.from_iterable(some))
                connection.execute(_insert(number, len(some)), values)
            self._writing = _End(ledger, number, head)

    def log(self, ledger: str, *, after: int, upto: int, limit: int) -> list[Row]:
        """Rows by number."""
        page = self._page(
            'SELECT seq, id, type, "on", recorded_at, key, body, leaf, introduces, personal '
            f"FROM entry WHERE ledger = {_HERE} AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
            *(ledger, after, upto),
            limit=limit,
        )
        return list(map(new_row, page))

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
        return self._page(
            f"SELECT seq, type, body, personal FROM entry WHERE ledger = {_HERE} "
            f'AND "on" IS NOT NULL AND ("on", seq) > (?, ?) AND "on" <= ? AND seq <= ? {wanted} '
            'ORDER BY "on", seq LIMIT ?',
            *(ledger, *after, until, upto, *(types or ())),
            limit=limit,
        )

    def place(self, ledger: str, seq: int) -> tuple[str, int]:
        """The place of the row with this number."""
        return (self._one(ledger, seq, "coalesce(\"on\", '')"), seq)

    def _one(self, ledger: str, seq: int, column: str) -> str:
        """What a column says in the row with this number."""
        sql = f"SELECT {column} FROM entry WHERE ledger = {_HERE} AND seq = ?"
        found: list[tuple[str]] = self._rows(sql, ledger, seq)
        for (value,) in found:
            return value
        raise DamagedError(
            f"ledger {ledger!r} in {self.path} has no entry #{seq}, though it counts it; "
            "restore the file from a backup"
        )

    def corrections(self, ledger: str, *, after: int, upto: int) -> list[Slim]:
        """Rows without a date, by number."""
        return self._rows(
            f'SELECT seq, type, body, personal FROM entry WHERE ledger = {_HERE} AND "on" IS NULL '
            "AND seq > ? AND seq <= ? ORDER BY seq",
            *(ledger, after, upto),
        )

    def by_id(self, ledger: str, ids: Collection[str]) -> list[Slim]:
        """The rows with these ids, by number."""
        found: list[Slim] = []
        for some in _batches(ids):
            found += self._rows(
                f"SELECT seq, type, body, personal FROM entry WHERE ledger = {_HERE} "
                f"AND id IN ({_marks(some)})",
                *(ledger, *some),
            )
        return sorted(found)

    def by_key(self, ledger: str, keys: Collection[str]) -> dict[str, int]:
        """Which of these keys are taken, and by which row."""
        found: dict[str, int] = {}
        for some in _batches(keys):
            found |= self._rows(
                f"SELECT key, seq FROM entry WHERE ledger = {_HERE} AND key IN ({_marks(some)})",
                *(ledger, *some),
            )
        return found

    def introducing(self, ledger: str, names: Iterable[str]) -> dict[str, list[int]]:
        """Which of these names are introduced, and by which rows."""
        found: dict[str, list[int]] = {}
        for some in _batches(names):
            for name, seq in self._rows(
                f"SELECT introduces, seq FROM entry WHERE ledger = {_HERE} "
                f"AND introduces IN ({_marks(some)}) ORDER BY introduces, seq",
                *(ledger, *some),
            ):
                found.setdefault(name, []).append(seq)
        return found

    def names(self, ledger: str, kind: str) -> list[str]:
        """Every id of a kind, sorted."""
        # ";" is what comes after ":".
        found = self._rows(
            f"SELECT DISTINCT introduces FROM entry WHERE ledger = {_HERE} "
            "AND introduces >= ? AND introduces < ? ORDER BY introduces",
            *(ledger, f"{kind}:", f"{kind};"),
        )
        return [name.removeprefix(f"{kind}:") for (name,) in found]

    def known(self, ledger: str, instant: str) -> int:
        """How many entries were recorded up to this instant."""
        sequence = range(1, self.head(ledger).size + 1)
        return bisect_right(
            sequence, instant, key=lambda seq: self._one(ledger, seq, "recorded_at")
        )

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
        # The plus signs keep SQLite to the order of recording: what is new is little.
        wanted = "" if types is None else f"AND +type IN ({_marks(types)})"
        return bool(
            self._rows(
                f"SELECT 1 FROM entry WHERE ledger = {_HERE} AND seq > ? AND seq <= ? "
                f'AND +"on" IS NOT NULL AND (+"on", seq) <= (?, ?) {wanted} LIMIT 1',
                *(ledger, after, upto, *place, *(types or ())),
            )
        )

    def personal(self, ledger: str) -> list[tuple[int, bytes]]:
        """The rows that hold anything personal, by number."""
        return self._rows(
            f"SELECT seq, personal FROM entry WHERE ledger = {_HERE} AND personal IS NOT NULL "
            "ORDER BY seq",
            ledger,
        )

    def erase(self, ledger: str, left: Mapping[int, bytes | None]) -> None:
        """Let these rows hold only what is left, in ``writing``."""
        self._check_process()
        with self._lock, self._translated:
            writing = self._writing
            follows(ledger, (), writing and (writing.ledger, writing.head.size))
            check_less(dict(self.personal(ledger)), left)
            connection = self._connection
            connection.executemany(
                f"UPDATE entry SET personal = ? WHERE ledger = {_HERE} AND seq = ?",
                [(lines, ledger, seq) for seq, lines in left.items()],
            )
            connection.execute(f"DELETE FROM snapshot WHERE ledger = {_HERE}", (ledger,))

    def purge(self) -> None:
        """Write the file anew without its free pages, and empty the write-ahead log."""
        self._check_process()
        with self._lock, self._translated:
            connection = self._idle_connection()
            with values_up_to(connection, MAX_SNAPSHOT):
                connection.execute("VACUUM")
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)

    def save(self, ledger: str, key: str, fingerprint: str, snapshots: Collection[Saved]) -> None:
        """Keep just these snapshots, unless a row without a date came since they were made."""
        self._check_process()
        with self._lock, suppress(LockedError):
            connection, under = self._connection, (key, fingerprint)
            try:
                connection.set_busy_handler(None)
                begin = partial(self._begin, ledger, patient=False)
                with _Writing(begin, self._finish) as head, self._translated:
                    last = max((saved.seen for saved in snapshots), default=head.size)
                    if self.corrections(ledger, after=last, upto=head.size):
                        return
                    connection.execute(
                        f"DELETE FROM snapshot WHERE ledger = {_HERE} AND key = ?", (ledger, key)
                    )
                    with values_up_to(connection, MAX_SNAPSHOT):
                        connection.executemany(
                            "INSERT INTO snapshot SELECT id, ?, ?, ?, ?, ?, ? FROM ledger "
                            "WHERE name = ?",
                            [
                                (*under, *saved[:-1], _sealed(ledger, *under, saved), ledger)
                                for saved in snapshots
                            ],
                        )
            finally:
                connection.set_busy_handler(self._turns)

    def saved(
        self, ledger: str, key: str, fingerprint: str, *, limit: int | None = None
    ) -> list[Saved]:
        """The snapshots under the key that were made with this fingerprint, furthest first."""
        sql = (
            f'SELECT seen, "on", seq, state FROM snapshot WHERE ledger = {_HERE} '
            "AND key = ? AND fingerprint = ? AND typeof(state) = 'blob' "
            'ORDER BY "on" DESC, seq DESC LIMIT ifnull(?, -1)'
        )
        self._check_process()
        with self._lock, self._translated, values_up_to(self._connection, MAX_SNAPSHOT):
            rows, _ = self._read(sql, (ledger, key, fingerprint, limit), MAX_SNAPSHOTS, step=1)
        found: list[Saved] = []
        for seen, on, seq, sealed in rows:
            saved = Saved(seen, on, seq, sealed[_SEAL:])
            # One that was damaged is as good as none.
            if _sealed(ledger, key, fingerprint, saved) == sealed:
                found.append(saved)
        return found

    def check(self) -> None:
        """Raise DamagedError when the file's pages, rows and indexes do not fit together."""
        with self._translated, self._beside() as connection:
            check_pages(connection, self.path, "integrity_check")

    @contextmanager
    def _beside(self) -> Generator[apsw.Connection, None, None]:
        """A connection of its own that takes no lock: what it is for lasts, and nobody waits."""
        self._check_process()
        _ = self._connection  # neither closed nor in doubt
        self._check_identity()
        self._beside_it.append(None)
        try:
            flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_NOFOLLOW
            connection = apsw.Connection(str(self.path), flags=flags)
            try:
                restrain(connection)
                connection.set_busy_timeout(int(1000 * self._turns.timeout))
                yield connection
            finally:
                _let_go(connection)
        finally:
            self._beside_it.pop()

    def close(self) -> None:
        """Close the file; its write-ahead log is merged into it by the last to close."""
        if self._process != os.getpid():
            return
        with self._lock:
            connection, self._open = self._open, None
            if connection is None:
                return
            # What cannot be merged stays in the log, where the next to open the file finds it.
            with suppress(apsw.Error):
                if self._is_log_certain(connection):
                    # Two that close at the same moment each take the other for one who stays,
                    # and neither would merge the log.
                    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
                else:
                    _let_go(connection)
            with suppress(apsw.Error):
                connection.close()
            self._turns.close()

    def _is_log_certain(self, connection: apsw.Connection) -> bool:
        if not (self._confirmed or self._translated.unconfirmed):
            connection.set_busy_handler(None)  # who is writing now will merge the log
            with suppress(apsw.Error):
                connection.execute("BEGIN IMMEDIATE")
                self._confirm_log()
            _roll_back(connection)
        return self._confirmed and not self._translated.unconfirmed

    def _disown(self) -> None:
        """In a forked child, let go of what it inherited without touching the file.

        SQLite counts the locks of a process in memory, so the child believes that it has those
        of its parent and would take none for a connection of its own, whose writes the parent
        could then lose. So the inherited connection has to go, quietly: without merging the log.
        One that was at work when the process was forked cannot go without writing; it is kept
        as it is for as long as the process lives, and so is its file kept from being opened.
        """
        connection, self._open = self._open, None
        if connection is None:
            return
        self._turns.close()
        idle = self._lock.acquire(blocking=False) and not connection.in_transaction
        if idle and not self._beside_it:
            _let_go(connection)
        else:
            _abandoned[self._identity] = connection
            _never_collected(connection)


class _End(NamedTuple):
    """Where a ledger ends, and its number in the file; None: it is not there yet."""

    ledger: str
    number: int | None
    head: Head


class _Writing(AbstractContextManager[Head]):
    """A block in which a ledger is written.

    A class, because entering a generator's block and leaving it takes 1.5 µs.
    """

    def __init__(
        self, begin: Callable[[], Head], finish: Callable[[BaseException | None], None]
    ) -> None:
        self._begin = begin
        self._finish = finish

    def __enter__(self) -> Head:
        return self._begin()

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        self._finish(error)


_stores: Final[WeakSet[SQLiteStore]] = WeakSet()
_abandoned: Final[dict[tuple[int, int], apsw.Connection]] = {}
"""Connections that this process inherited while they were at work, by the file's identity."""


def _after_fork() -> None:
    for store in list(_stores):
        store._disown()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


with suppress(AttributeError):  # Windows has no fork
    os.register_at_fork(after_in_child=_after_fork)


def _never_collected(thing: object) -> None:
    """Keep a thing also when Python ends, which else collects what modules hold."""
    import ctypes  # noqa: PLC0415 - rarely needed

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


def _let_go(connection: apsw.Connection) -> None:
    """Close a connection without merging the log: the file stays byte for byte what it was."""
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.close()


def _roll_back(connection: apsw.Connection) -> None:
    if connection.in_transaction:
        # If this fails as well, SQLite has rolled back by itself.
        with suppress(apsw.Error):
            connection.execute("ROLLBACK")


_SEAL: Final = 32
"""How many bytes of a snapshot's state are a hash of the snapshot."""


def _sealed(ledger: str, key: str, fingerprint: str, saved: Saved) -> bytes:
    """A snapshot's state behind a hash of all that is saved with it."""
    *place, state = saved
    seal = sha256(repr([str(each) for each in (ledger, key, fingerprint, *place)]).encode())
    seal.update(state)
    return seal.digest() + state


_AT_ONCE: Final = 500
"""How many values one SQL statement gets."""
_ROWS_AT_ONCE: Final = 50
"""So many rows in one statement take 0.4 µs a row less than a statement for each."""


@lru_cache(maxsize=_ROWS_AT_ONCE)
def _insert(number: int, count: int) -> str:
    """Adds so many rows to the ledger with this number."""
    row = f"({number}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    return (
        'INSERT INTO entry (ledger, seq, id, type, "on", recorded_at, key, body, leaf, introduces, '
        f"personal) VALUES {', '.join([row] * count)}"
    )


def _batches(values: Iterable[str]) -> Iterator[list[str]]:
    ordered = sorted(set(values))
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))


def _identity(path: Path) -> tuple[int, int]:
    status = os.lstat(path)  # a third of the time of path.lstat()
    return status.st_dev, status.st_ino


# Opening


def _check_sqlite() -> None:
    version = apsw.sqlite_lib_version()
    if (3, 7) <= tuple(map(int, version.split("."))) <= (3, 51, 2):
        raise StoreError(
            f"SQLite {version} can lose what was written (its write-ahead log has a bug up to "
            "3.51.2); install apsw from PyPI, which brings its own SQLite"
        )


def _check_timeout(timeout: float) -> None:
    if not 0 <= timeout <= _LONGEST_TIMEOUT:
        raise StoreError(
            f"timeout is {timeout!r}, where a number of seconds from 0 to "
            f"{_LONGEST_TIMEOUT:,} is needed"
        )


def _check_place(path: Path) -> None:
    """Refuse a place where no ledger can be, and make an empty ledger where there is nothing."""
    kind = network_file_system(path.parent)
    if kind is not None:
        raise NetworkFileError(
            f"{path} lies on a network file system ({kind}), where SQLite cannot lock "
            "a file safely; keep the ledger on a local disk"
        )
    check_name(path)
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        _create(path)
    check_privacy(path)
    if _identity(path) in _abandoned:
        raise ForkedError(
            f"{path} was being used when this process was forked; start the process "
            "anew instead of forking it, or fork it while nothing is being recorded or asked"
        )
    for place in (path, path.parent):
        if not os.access(place, os.R_OK | os.W_OK):
            raise ReadOnlyError(
                f"{place} cannot be read and written; a ledger needs a file and a folder "
                "that you may write to"
            )


def _create(path: Path) -> None:
    """Make an empty ledger file, whole or not at all, whoever else may be doing the same."""
    if not path.parent.is_dir():
        raise NotALedgerError(f"{path.parent} is not a folder; make it first")
    made = path.with_name(f".careerledger-{secrets.token_hex(8)}")
    try:
        try:
            with open(made, "xb", opener=_private) as file:
                file.write(_empty())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):  # someone else was faster, and theirs is as good
                os.link(made, path)
        finally:
            made.unlink(missing_ok=True)
        with suppress(PermissionError):  # Windows opens no folders
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError as error:
        raise ReadOnlyError(
            f"{path} cannot be made: {error.strerror}; a ledger needs a folder that you may "
            "write to, on a file system with hard links"
        ) from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@cache
def _empty() -> bytes:
    """The bytes of a file without a ledger."""
    connection = apsw.Connection(":memory:")
    connection.execute(SCHEMA)
    connection.pragma("application_id", APPLICATION_ID)
    connection.pragma("user_version", FORMAT)
    content = bytearray(connection.serialize("main"))
    connection.close()
    # These two bytes say that the file has a write-ahead log; one in memory cannot have any.
    content[18:20] = b"\2\2"
    return bytes(content)


def _check_header(path: Path) -> None:
    """Refuse a file that is not ours before SQLite gets to open it as a database.

    Read by SQLite's own file layer: a process that opens and closes a file by itself loses all
    its locks on it, those of its other connections too.
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
    """Make every setting, and see that it was taken."""
    for name, value in _SETTINGS.items():
        connection.pragma(name, value)
        if connection.pragma(name) != value:
            raise StoreError(f"SQLite does not take {name} = {value}; install apsw from PyPI")


def _check_version(connection: apsw.Connection, path: Path) -> None:
    # The header may be older than what the write-ahead log says.
    if connection.pragma("user_version") > FORMAT:
        _refuse_newer(path)


def _log_ahead(connection: apsw.Connection, path: Path) -> None:
    mode = connection.pragma("journal_mode", "WAL")
    if mode != "wal":
        raise StoreError(
            f"{path} can have no write-ahead log here (SQLite answers {mode!r}); "
            "keep the ledger on a local disk"
        )


def _refuse_newer(path: Path) -> NoReturn:
    raise NewerFormatError(
        f"{path} was written by a newer careerledger; update careerledger to read it"
    )
