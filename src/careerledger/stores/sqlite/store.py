"""Read and write ledgers in one SQLite file."""
# ruff: noqa: S608 - what is put into SQL is SQL from this package; values are bound
# pyright: reportUnknownMemberType=false
# (as in limits.py)

import os
from bisect import bisect_right
from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from careerledger.errors import DamagedError, LockedError, StoreError
from careerledger.stores import (
    EMPTY,
    Head,
    Query,
    Row,
    Snapshot,
    StoredEntry,
    check_erasure,
    check_sequence,
    check_snapshots,
    decode_names,
    is_by_place,
    new_row,
    stored_entry,
)
from careerledger.stores.sqlite.checksums import add_checksum, is_intact, state_of
from careerledger.stores.sqlite.examination import check_names, check_pages, check_sizes
from careerledger.stores.sqlite.file import LedgerFile
from careerledger.stores.sqlite.limits import MAX_SNAPSHOT, MAX_SNAPSHOTS, values_up_to
from careerledger.stores.sqlite.privacy import Owner
from careerledger.stores.sqlite.query import COLUMNS, ENTRY_COLUMNS, LEDGER, select

__all__ = ["SQLiteStore"]

_VALUES_AT_ONCE: Final = 500
"""How many values of one condition an SQL statement gets."""
_ROWS_AT_ONCE: Final = 50
"""Fifty rows in one statement take 0.5 µs a row less than a statement for each."""


class SQLiteStore:
    """Ledgers in one SQLite file. Threads may share a store, and processes a file.

    A process that was forked opens the file anew; the store it inherited refuses to be used.

    Args:
        path: The file; made on first use, readable by its owner alone.
        timeout: How long to wait for another writer, in seconds.
        owner: Another user to whom the file may belong, by name or number (uid). None: it must
            belong to the user who runs the program, even if that is root.

    Raises:
        NotALedgerError, NewerFormatError, DamagedError, ReadOnlyError, NetworkFileError: The file
            cannot be used; it is as it was.
        UnsafeFileError: It belongs to someone else, or others could read it, change it or put
            another in its place.
        LockedError: Another program holds it for longer than the timeout.
        ForkedError: The process was forked while a thread of its parent was using the file.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, timeout: float = 5.0, owner: Owner = None
    ) -> None:
        self._file = LedgerFile(path, timeout, owner)
        self._writing: _End | None = None
        self._ends: dict[str, _End] = {}
        """Where ledgers end, as long as the file has the version below."""
        self._version = -1

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    # Reading

    def ledgers(self) -> list[str]:
        """Return the names of the ledgers, sorted."""
        return [name for (name,) in self._file.all("SELECT name FROM ledger ORDER BY name")]

    def head(self, ledger: str) -> Head:
        """Return where a ledger ends."""
        return self._end_of(ledger).head

    def _end_of(self, ledger: str) -> "_End":
        sql = "SELECT id, size, recorded_at, frontier FROM ledger WHERE name = ?"
        for number, *head in self._file.all(sql, ledger):
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
        field = _field_to_divide(query)
        if field is not None:
            return self._in_parts(ledger, query, field, getattr(query, field))
        return list(map(new_row, self._selected(ledger, query, COLUMNS)))

    def entries(self, ledger: str, query: Query, /) -> list[StoredEntry]:
        """Return the rows that ``rows`` returns, without the columns that a fold does not need."""
        if query.recorded_until is not None or _field_to_divide(query):
            return list(map(stored_entry, self.rows(ledger, query)))
        return self._selected(ledger, query, ENTRY_COLUMNS)

    def _selected(self, ledger: str, query: Query, columns: str) -> list[Any]:
        """Return columns of the rows that a query chooses."""
        sql, bound = select(ledger, query, columns)
        if query.limit is None:
            return self._file.all(sql, *bound)
        return self._file.page(sql, bound, query.limit)

    def _up_to_instant(self, ledger: str, query: Query, instant: str) -> Query:
        """Return a query for the same rows by number: they were recorded in that order."""
        sql = f"SELECT recorded_at FROM entry WHERE ledger = {LEDGER} AND seq = ?"

        def recorded_at(seq: int) -> str:
            for (value,) in self._file.all(sql, ledger, seq):
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
        """Answer a query with no or many values of one condition, as of one moment."""
        unique = sorted(set(values))
        rows: list[Row] = []
        with self._file.used() as connection, connection:
            for start in range(0, len(unique), _VALUES_AT_ONCE):
                some: dict[str, Any] = {field: unique[start : start + _VALUES_AT_ONCE]}
                rows += self.rows(ledger, query._replace(limit=None, **some))
        if is_by_place(query):
            rows.sort(key=lambda row: (row.on or "", row.seq))
        else:
            rows.sort()
        if query.order in {"newest", "latest"}:
            rows.reverse()
        return rows[: query.limit]

    # Writing

    def writing(self, ledger: str) -> AbstractContextManager[Head]:
        """Be the ledger's only writer until the block ends."""
        return self._block(ledger)

    @contextmanager
    def _block(self, ledger: str, *, patient: bool = True) -> Generator[Head, None, None]:
        """End the transaction with the block: it counts, unless there was an error."""
        with self._file.transaction(patient=patient) as connection:
            if connection.data_version() != self._version:
                self._ends.clear()
            try:
                # It is noted again when it counts; a signal may come before that.
                self._writing = self._ends.pop(ledger, None) or self._end_of(ledger)
                yield self._writing.head
                self._commit()
            finally:
                self._writing = None

    def _commit(self) -> None:
        end = self._writing
        if end is None:
            raise StoreError(f"{self.path}: an append failed, so nothing was written")
        self._version = self._file.commit()
        self._ends[end.ledger] = end

    def append(self, ledger: str, rows: Collection[Row], frontier: bytes) -> None:
        """Add rows behind the head, in ``writing``."""
        with self._file.used() as connection:
            writing = self._writing
            size = check_sequence(ledger, rows, writing and (writing.ledger, writing.head.size))
            if not rows or writing is None:
                return
            number, self._writing = writing.number, None
            *_, last = rows
            head = Head(size, last.recorded_at, frontier)
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
            names = list(_names(number, rows))
            if names:
                connection.executemany("INSERT INTO named VALUES (?, ?, ?)", names)
            self._writing = _End(ledger, number, head)

    def erase(self, ledger: str, remaining: Mapping[int, bytes | None]) -> None:
        """Let these rows hold only what remains, in ``writing``."""
        sql = f"SELECT seq, personal FROM entry WHERE ledger = {LEDGER} AND seq = ?"
        with self._file.used() as connection:
            writing = self._writing
            check_sequence(ledger, (), writing and (writing.ledger, writing.head.size))
            before = dict(
                chain.from_iterable(connection.execute(sql, (ledger, seq)) for seq in remaining)
            )
            check_erasure(ledger, before, remaining)
            connection.executemany(
                f"UPDATE entry SET personal = ? WHERE ledger = {LEDGER} AND seq = ?",
                [(lines, ledger, seq) for seq, lines in remaining.items()],
            )
            connection.execute(f"DELETE FROM snapshot WHERE ledger = {LEDGER}", (ledger,))

    def delete(self, ledger: str) -> None:
        """Remove a ledger with all that belongs to it."""
        with self.writing(ledger), self._file.used() as connection:
            number = self._writing and self._writing.number
            # The ledger goes first: as long as it is there, its entries cannot be deleted.
            connection.execute("DELETE FROM ledger WHERE id = ?", (number,))
            for table in ("entry", "named", "snapshot"):
                connection.execute(f"DELETE FROM {table} WHERE ledger = ?", (number,))
            self._writing = _End(ledger, None, EMPTY)

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
        with self._file.used() as connection, values_up_to(connection, MAX_SNAPSHOT):
            values = (ledger, key, fingerprint, limit)
            rows, _ = self._file.read(sql, values, MAX_SNAPSHOTS, step=1)
        intact: list[Snapshot] = []
        for seen, on, seq, stored in rows:
            snapshot = Snapshot(seen, on, seq, state_of(stored))
            if is_intact(ledger, key, fingerprint, snapshot, stored):
                intact.append(snapshot)
        return intact

    def save(
        self, ledger: str, key: str, fingerprint: str, snapshots: Collection[Snapshot]
    ) -> None:
        """Keep these snapshots under the key, unless a row without a date came since."""
        check_snapshots(ledger, key, fingerprint, snapshots)
        under = (key, fingerprint)
        with (
            suppress(LockedError),
            self._block(ledger, patient=False) as head,
            self._file.used() as connection,
        ):
            last = max((each.seen for each in snapshots), default=head.size)
            if self.rows(ledger, Query(after=last, dated=False, limit=1)):
                return
            connection.execute(
                f"DELETE FROM snapshot WHERE ledger = {LEDGER} AND key = ?", (ledger, key)
            )
            with values_up_to(connection, MAX_SNAPSHOT):
                connection.executemany(
                    "INSERT INTO snapshot SELECT id, ?, ?, ?, ?, ?, ? FROM ledger WHERE name = ?",
                    [
                        (*under, *each[:-1], add_checksum(ledger, *under, each), ledger)
                        for each in snapshots
                    ],
                )

    # The file

    def check(self, ledger: str | None = None, /) -> None:
        """Raise DamagedError when pages, rows, indexes, sizes and names are not consistent.

        SQLite checks pages and indexes of a whole file only; sizes and names are those of the
        ledger.
        """
        with self._file.translated, self._file.beside() as connection:
            check_pages(connection, self.path, "integrity_check")
            with connection:
                check_sizes(connection, self.path, ledger)
                check_names(connection, self.path, ledger)

    def purge(self) -> None:
        """Write the file anew without its free pages, and empty the write-ahead log."""
        self._file.rewrite()

    def close(self) -> None:
        """Close the file; its write-ahead log is merged into it by the last to close."""
        self._file.close()


def _field_to_divide(query: Query) -> str | None:
    """Return the field of a query that has no or too many values for one SQL statement."""
    for field in ("ids", "keys", "introduces", "targets", "types"):
        values = getattr(query, field)
        if values is not None and not 0 < len(values) <= _VALUES_AT_ONCE:
            return field
    return None


class _End(NamedTuple):
    """Where a ledger ends, and its number in the file; None: it is not there yet."""

    ledger: str
    number: int | None
    head: Head


@lru_cache(maxsize=_ROWS_AT_ONCE)
def _insert(number: int, count: int) -> str:
    """Return SQL that adds so many rows to the ledger with this number."""
    row = f"({number}, {', '.join('?' * len(Row._fields))})"
    return f"INSERT INTO entry (ledger, {COLUMNS}) VALUES {', '.join([row] * count)}"


def _names(number: int, rows: Collection[Row]) -> Iterator[tuple[int, str, int]]:
    """Yield the lines that rows have in the index of names."""
    for row in rows:
        if row.names is not None:
            for name in set(decode_names(row.names)):
                yield number, name, row.seq
