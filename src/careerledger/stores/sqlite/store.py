"""Ledgers in one SQLite file: what is read from it and written to it."""
# ruff: noqa: S608 - what is put into SQL is SQL from this package; values are bound
# pyright: reportUnknownMemberType=false
# (as in limits.py)

import os
from bisect import bisect_right
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import lru_cache, partial
from itertools import chain, islice
from threading import RLock
from typing import Any, Final, NamedTuple

import apsw

from careerledger.errors import ClosedError, DamagedError, ForkedError, LockedError, StoreError
from careerledger.stores import (
    EMPTY,
    Head,
    Query,
    Row,
    Snapshot,
    check_erasure,
    check_sequence,
    decode_names,
    new_row,
)
from careerledger.stores.sqlite.checksums import add_checksum, is_intact, state_of
from careerledger.stores.sqlite.errors import Translated
from careerledger.stores.sqlite.examination import (
    check_names,
    check_pages,
    check_sizes,
    note_examined,
)
from careerledger.stores.sqlite.forking import abandon, call_after_fork, close_quietly, identity_of
from careerledger.stores.sqlite.limits import (
    COMMON_ROWS,
    MAX_COMMON,
    MAX_PAGE,
    MAX_RESULT,
    MAX_SNAPSHOT,
    MAX_SNAPSHOTS,
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
from careerledger.stores.sqlite.privacy import located
from careerledger.stores.sqlite.query import COLUMNS, LEDGER, select
from careerledger.stores.sqlite.turns import Turns

__all__ = ["SQLiteStore"]

_CHUNK: Final = 1 << 16
"""How many bytes SQLite's file layer is given at once; it takes less than 128 KiB."""
_VALUES_AT_ONCE: Final = 500
"""How many values of one condition an SQL statement gets."""
_ROWS_AT_ONCE: Final = 50
"""So many rows in one statement take 0.4 µs a row less than a statement for each."""


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
        check_sqlite()
        check_timeout(timeout)
        self.path = located(path)
        self._turns = Turns(timeout)
        self._lock = RLock()
        self._process = os.getpid()
        self._translated = Translated(self.path, timeout)
        self._open: apsw.Connection | None = None
        self._beside_it: list[None] = []
        """One for each other connection that is at work; threads may change a list at once."""
        self._writing: _End | None = None
        self._ends: dict[str, _End] = {}
        """Where ledgers end, for as long as the file has the version that is noted below."""
        self._version = -1
        self._confirmed = False
        """Whether all that the log showed when the file was opened is on the disk."""
        prepare(self.path)
        with self._translated:
            self._open, self._identity, self._examined = open_file(self.path, self._turns)
        call_after_fork(self._disown)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    # Reading

    def ledgers(self) -> list[str]:
        """Return the names of the ledgers, sorted."""
        return [name for (name,) in self._all("SELECT name FROM ledger ORDER BY name")]

    def head(self, ledger: str) -> Head:
        """Return where a ledger ends."""
        return self._end_of(ledger).head

    def _end_of(self, ledger: str) -> "_End":
        sql = "SELECT id, size, recorded_at, frontier FROM ledger WHERE name = ?"
        for number, *head in self._all(sql, ledger):
            if list(map(type, head)) != [int, str, bytes]:
                raise DamagedError(
                    f"{self.path} is damaged: it does not say where ledger {ledger!r} ends; "
                    "restore it from a backup"
                )
            return _End(ledger, number, Head(*head))
        return _End(ledger, None, EMPTY)

    def rows(self, ledger: str, query: Query, /) -> list[Row]:
        """Return the rows that a query chooses, in its order."""
        if query.recorded_until is not None:
            query = self._up_to_instant(ledger, query, query.recorded_until)
        for field in ("ids", "keys", "introduces", "targets", "types"):
            values = getattr(query, field)
            if values is not None and len(values) > _VALUES_AT_ONCE:
                return self._in_parts(ledger, query, field, values)
        sql, bound = select(ledger, query)
        if query.limit is None:
            return list(map(new_row, self._all(sql, *bound)))
        return list(map(new_row, self._page(sql, bound, query.limit)))

    def _up_to_instant(self, ledger: str, query: Query, instant: str) -> Query:
        """Return a query for the same rows by number: they were recorded in that order."""
        sql = f"SELECT recorded_at FROM entry WHERE ledger = {LEDGER} AND seq = ?"

        def recorded_at(seq: int) -> str:
            for (value,) in self._all(sql, ledger, seq):
                return str(value)
            raise DamagedError(
                f"ledger {ledger!r} in {self.path} has no entry #{seq}, though it counts it; "
                "restore the file from a backup"
            )

        size = self.head(ledger).size
        last = size if query.upto is None else min(size, query.upto)
        upto = bisect_right(range(1, last + 1), instant, key=recorded_at)
        return query._replace(upto=upto, recorded_until=None)

    def _in_parts(
        self, ledger: str, query: Query, field: str, values: Collection[str]
    ) -> list[Row]:
        """Answer a query with many values of one condition, as the file is at one moment."""
        unique = sorted(set(values))
        found: list[Row] = []
        self._check_process()
        with self._lock, self._translated, self._connection:
            for start in range(0, len(unique), _VALUES_AT_ONCE):
                some = {field: unique[start : start + _VALUES_AT_ONCE], "limit": None}
                found += self.rows(ledger, query._replace(**some))
        if query.order == "place":
            found.sort(key=lambda row: (row.on or "", row.seq))
        else:
            found.sort(reverse=query.order == "newest")
        return found[: query.limit]

    def _all(self, sql: str, *values: object) -> list[Any]:
        """Return all that is there; StoreError where it would not fit into memory."""
        found, more = self._read(sql, values, MAX_RESULT)
        if more:
            raise StoreError(
                f"{self.path} has more than {MAX_RESULT:,} bytes for one question, which no "
                "ledger needs; restore it from a backup"
            )
        return found

    def _page(self, sql: str, values: Collection[object], limit: int) -> list[Any]:
        """Return all up to the limit, or fewer with as many bytes as a page has."""
        found = self._common(sql, values) if limit <= COMMON_ROWS else None
        return self._read(sql, values, MAX_PAGE)[0] if found is None else found

    def _common(self, sql: str, values: Any) -> list[Any] | None:
        """Return all that is there, if every row is a common one.

        Counting their bytes would take a third of the time that reading takes.
        """
        self._check_process()
        with self._lock, self._translated, suppress(apsw.TooBigError):
            connection = self._connection
            with values_up_to(connection, MAX_COMMON):
                return list(connection.execute(sql, values))
        return None

    def _read(
        self, sql: str, values: Any, most: int, *, step: int = 16
    ) -> tuple[list[Any], bool]:
        self._check_process()
        with self._lock, self._translated:
            rows = self._connection.execute(sql, values)
            try:
                return read_up_to(rows, most, step)
            finally:
                rows.close(True)

    # Writing

    def writing(self, ledger: str) -> AbstractContextManager[Head]:
        """Be the ledger's only writer until the block ends."""
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

    def _finish(self, error: BaseException | None) -> None:
        """End the transaction: what was written in it counts, unless there was an error."""
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
            size = check_sequence(ledger, rows, writing and (writing.ledger, writing.head.size))
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
            named = list(_named(number, rows))
            if named:
                connection.executemany("INSERT INTO named VALUES (?, ?, ?)", named)
            self._writing = _End(ledger, number, head)

    def erase(self, ledger: str, remaining: Mapping[int, bytes | None]) -> None:
        """Let these rows hold only what remains, in ``writing``."""
        self._check_process()
        sql = f"SELECT personal FROM entry WHERE ledger = {LEDGER} AND seq = ?"
        with self._lock, self._translated:
            writing = self._writing
            check_sequence(ledger, (), writing and (writing.ledger, writing.head.size))
            connection = self._connection
            before = {seq: connection.execute(sql, (ledger, seq)).get for seq in remaining}
            check_erasure(before, remaining)
            connection.executemany(
                f"UPDATE entry SET personal = ? WHERE ledger = {LEDGER} AND seq = ?",
                [(lines, ledger, seq) for seq, lines in remaining.items()],
            )
            connection.execute(f"DELETE FROM snapshot WHERE ledger = {LEDGER}", (ledger,))

    def delete(self, ledger: str) -> None:
        """Remove a ledger with all that belongs to it."""
        with self.writing(ledger), self._translated:
            end, connection = self._writing, self._connection
            if end is None or end.number is None:
                return
            # The ledger goes first: as long as it is there, its entries cannot be deleted.
            connection.execute("DELETE FROM ledger WHERE id = ?", (end.number,))
            for table in ("entry", "named", "snapshot"):
                connection.execute(f"DELETE FROM {table} WHERE ledger = ?", (end.number,))
            self._writing = _End(ledger, None, EMPTY)

    def purge(self) -> None:
        """Write the file anew without its free pages, and empty the write-ahead log."""
        self._check_process()
        with self._lock, self._translated:
            connection = self._idle_connection()
            with values_up_to(connection, MAX_SNAPSHOT):
                connection.execute("VACUUM")
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)

    # Snapshots

    def snapshots(
        self, ledger: str, key: str, fingerprint: str, *, limit: int | None = None
    ) -> list[Snapshot]:
        """Return the snapshots under a key that were made with this fingerprint."""
        sql = (
            f'SELECT seen, "on", seq, state FROM snapshot WHERE ledger = {LEDGER} '
            "AND key = ? AND fingerprint = ? AND typeof(state) = 'blob' "
            'ORDER BY "on" DESC, seq DESC LIMIT ifnull(?, -1)'
        )
        self._check_process()
        with self._lock, self._translated, values_up_to(self._connection, MAX_SNAPSHOT):
            rows, _ = self._read(sql, (ledger, key, fingerprint, limit), MAX_SNAPSHOTS, step=1)
        stored = [(Snapshot(*place, state_of(state)), state) for *place, state in rows]
        return [
            snapshot
            for snapshot, state in stored
            if is_intact(ledger, key, fingerprint, snapshot, state)
        ]

    def save(
        self, ledger: str, key: str, fingerprint: str, snapshots: Collection[Snapshot]
    ) -> None:
        """Keep these snapshots under the key, unless a row without a date came since."""
        self._check_process()
        with self._lock, suppress(LockedError):
            connection, under = self._connection, (key, fingerprint)
            try:
                connection.set_busy_handler(None)
                begin = partial(self._begin, ledger, patient=False)
                with _Writing(begin, self._finish) as head, self._translated:
                    last = max((each.seen for each in snapshots), default=head.size)
                    if self.rows(ledger, Query(after=last, dated=False, limit=1)):
                        return
                    connection.execute(
                        f"DELETE FROM snapshot WHERE ledger = {LEDGER} AND key = ?", (ledger, key)
                    )
                    with values_up_to(connection, MAX_SNAPSHOT):
                        connection.executemany(
                            "INSERT INTO snapshot SELECT id, ?, ?, ?, ?, ?, ? FROM ledger "
                            "WHERE name = ?",
                            [
                                (*under, *each[:-1], add_checksum(ledger, *under, each), ledger)
                                for each in snapshots
                            ],
                        )
            finally:
                connection.set_busy_handler(self._turns)

    # The file

    def check(self, ledger: str | None = None, /) -> None:
        """Raise DamagedError when pages, rows, indexes, sizes and names do not fit together.

        SQLite checks pages and indexes of a whole file only; sizes and names are those of the
        ledger.
        """
        with self._translated, self._beside() as connection:
            check_pages(connection, self.path, "integrity_check")
            with connection:
                check_sizes(connection, self.path, ledger)
                check_names(connection, self.path, ledger)

    @contextmanager
    def _beside(self) -> Generator[apsw.Connection, None, None]:
        """A connection of its own that takes no lock: what it is for lasts, and nobody waits."""
        self._check_process()
        _ = self._connection  # neither closed nor in doubt
        self._check_identity()
        self._beside_it.append(None)
        try:
            connection = open_beside(self.path, self._turns.timeout)
            try:
                yield connection
            finally:
                close_quietly(connection)
        finally:
            self._beside_it.pop()

    @property
    def _connection(self) -> apsw.Connection:
        if self._open is None:
            raise ClosedError(f"{self.path} is closed; open it again")
        if self._translated.unconfirmed:
            raise self._translated.doubt()
        return self._open

    def _idle_connection(self) -> apsw.Connection:
        connection = self._connection
        if connection.in_transaction:
            raise StoreError(f"{self.path} is being written by this thread; end that first")
        return connection

    def _check_process(self) -> None:
        # Asked before the lock is taken: a thread that held it may not exist in this process.
        if self._process != os.getpid():
            raise ForkedError(
                f"{self.path} was opened before a fork; open it again in the new process"
            )

    def _check_identity(self) -> None:
        """Refuse to write into a file that nobody can find any more."""
        try:
            identity = identity_of(self.path)
        except OSError:
            identity = None
        if identity != self._identity:
            raise StoreError(
                f"{self.path} was moved, deleted or replaced while it was open; "
                "nothing was written, close the ledger and open it again"
            )

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
                    close_quietly(connection)
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
        """In a forked child, let go of what it inherited without touching the file."""
        connection, self._open = self._open, None
        if connection is None:
            return
        self._turns.close()
        idle = self._lock.acquire(blocking=False) and not connection.in_transaction
        if idle and not self._beside_it:
            close_quietly(connection)
        else:
            abandon(connection, self._identity)


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


def _roll_back(connection: apsw.Connection) -> None:
    if connection.in_transaction:
        # If this fails as well, SQLite has rolled back by itself.
        with suppress(apsw.Error):
            connection.execute("ROLLBACK")


@lru_cache(maxsize=_ROWS_AT_ONCE)
def _insert(number: int, count: int) -> str:
    """Return SQL that adds so many rows to the ledger with this number."""
    row = f"({number}, {', '.join('?' * len(Row._fields))})"
    return f"INSERT INTO entry (ledger, {COLUMNS}) VALUES {', '.join([row] * count)}"


def _named(number: int, rows: Collection[Row]) -> Iterator[tuple[int, str, int]]:
    """The lines that rows have in the index of names."""
    for row in rows:
        if row.names is not None:
            for name in set(decode_names(row.names)):
                yield number, name, row.seq
