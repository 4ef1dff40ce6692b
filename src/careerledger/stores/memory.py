"""A store in memory, for tests and for trying things out."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from operator import itemgetter
from threading import RLock

import msgspec

from careerledger.errors import ClosedError, StoreError
from careerledger.stores import (
    EMPTY,
    Head,
    Place,
    Query,
    Row,
    Snapshot,
    StoredEntry,
    check_erasure,
    check_sequence,
    check_snapshots,
    is_by_place,
    stored_entry,
)

__all__ = ["MemoryStore"]


class LedgerInMemory:
    """The rows of one ledger behind an earlier head, and an index of them."""

    def __init__(self, start: Head = EMPTY) -> None:
        self.start = start
        self.frontier = start.frontier
        self.rows: list[Row] = []
        self.snapshots: dict[str, tuple[str, list[Snapshot]]] = {}
        self._places: list[Place] = []
        self._index: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        """The numbers of the rows with a value in a column."""

    @property
    def head(self) -> Head:
        """Where the ledger ends."""
        if not self.rows:
            return self.start
        last = self.rows[-1]
        return Head(last.seq, last.recorded_at, self.frontier)

    def until(self, head: Head) -> "LedgerInMemory":
        """Return this ledger as it stood at an earlier head."""
        if self.head.size == head.size:
            return self
        earlier = LedgerInMemory(self.start)
        earlier.add(self.rows[: head.size - self.start.size], head.frontier)
        earlier.snapshots = self.snapshots
        return earlier

    def copy(self) -> "LedgerInMemory":
        """Return a copy that can be added to."""
        other = LedgerInMemory(self.start)
        other.frontier, other.rows = self.frontier, self.rows.copy()
        other.snapshots = dict(self.snapshots)
        other._places = self._places.copy()
        other._index.update((where, seqs.copy()) for where, seqs in self._index.items())
        return other

    def row(self, seq: int) -> Row:
        """Return the row with this number."""
        return self.rows[seq - 1 - self.start.size]

    def personal_lines(self, seqs: Iterable[int]) -> dict[int, bytes | None]:
        """Return the personal lines of those of these rows that exist here."""
        first = self.start.size + 1
        here = range(first, first + len(self.rows))
        return {seq: self.row(seq).personal for seq in seqs if seq in here}

    def has_id(self, id_: str) -> bool:
        """Return whether a row has this id."""
        return ("id", id_) in self._index

    def add(self, rows: Iterable[Row], frontier: bytes) -> None:
        """Add rows behind the head; StoreError when an id is taken."""
        for row in rows:
            if self.has_id(row.id):
                raise StoreError(f"the id {row.id!r} is taken")
            self.rows.append(row)
            if row.on is not None:
                insort(self._places, (row.on, row.seq))
            for where in _indexed(row):
                self._index[where].append(row.seq)
        self.frontier = frontier

    def erased(self, remaining: Mapping[int, bytes | None]) -> "LedgerInMemory":
        """Return this ledger with only so many personal lines, and without snapshots."""
        other = LedgerInMemory(self.start)
        other.add(
            [row._replace(personal=remaining.get(row.seq, row.personal)) for row in self.rows],
            self.frontier,
        )
        return other

    def select(self, query: Query) -> list[Row]:
        """Return the rows that a query chooses, in its order."""
        # Rows are looked for in these collections, which may be long lists.
        query = query._replace(
            types=_as_set(query.types),
            ids=_as_set(query.ids),
            keys=_as_set(query.keys),
            targets=_as_set(query.targets),
            introduces=_as_set(query.introduces),
        )
        chosen = (row for row in self._candidates(query) if matches(row, query))
        return list(islice(chosen, query.limit))

    def _candidates(self, query: Query) -> Iterator[Row]:
        """Yield the rows that may be chosen, in the order of the query."""
        if is_by_place(query):
            start = bisect_right(self._places, query.behind or ("", 0))
            end = len(self._places)
            if query.before is not None:
                end = bisect_left(self._places, query.before)
            if query.until is not None:
                end = bisect_right(self._places, query.until, hi=end, key=itemgetter(0))
            chosen = range(start, end)
            for index in chosen if query.order == "place" else reversed(chosen):
                yield self.row(self._places[index][1])
            return
        numbers = self._indexed_numbers(query)
        if numbers is None:
            numbers = range(self.start.size + 1, self.start.size + len(self.rows) + 1)
        # Only the numbers in between, so that the newest of many costs no more than that of few.
        last = len(numbers) if query.upto is None else bisect_right(numbers, query.upto)
        between = range(bisect_right(numbers, query.after), last)
        for index in reversed(between) if query.order == "newest" else between:
            yield self.row(numbers[index])

    def _indexed_numbers(self, query: Query) -> Sequence[int] | None:
        """Return row numbers from the index, in order; None: the index does not help."""
        if query.kind is not None:
            prefix = f"{query.kind}:"
            return _in_order(
                seqs
                for (column, value), seqs in self._index.items()
                if column == "introduces" and value.startswith(prefix)
            )
        if query.names is not None:
            columns = ("names", "introduces")
            return _in_order(self._index.get((column, query.names), ()) for column in columns)
        for column, values in (
            ("id", query.ids),
            ("key", query.keys),
            ("introduces", query.introduces),
            ("target", query.targets),
        ):
            if values is not None:
                return _in_order(self._index.get((column, value), ()) for value in values)
        if query.dated is False:
            return self._index.get(("undated", ""), ())
        return None

    def save(self, key: str, fingerprint: str, snapshots: Collection[Snapshot]) -> None:
        """Keep these snapshots under the key, unless a row without a date came since."""
        last = max((snapshot.seen for snapshot in snapshots), default=self.head.size)
        undated = self._index.get(("undated", ""), [0])
        if undated[-1] <= last:
            ordered = sorted(snapshots, key=lambda one: (one.on, one.seq), reverse=True)
            self.snapshots[key] = (fingerprint, ordered)

    def saved(self, key: str, fingerprint: str, limit: int | None) -> list[Snapshot]:
        """Return the snapshots under the key that were made with this fingerprint."""
        made_with, snapshots = self.snapshots.get(key, ("", []))
        return snapshots[:limit] if made_with == fingerprint else []


def _as_set(values: Collection[str] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)


def _in_order(parts: Iterable[Sequence[int]]) -> Sequence[int]:
    """Return the numbers in several ordered parts in order, each once."""
    several = [part for part in parts if part]
    return several[0] if len(several) == 1 else sorted(set(chain.from_iterable(several)))


def _indexed(row: Row) -> Iterator[tuple[str, str]]:
    yield "id", row.id
    if row.on is None:
        yield "undated", ""
    if row.key is not None:
        yield "key", row.key
    if row.target is not None:
        yield "target", row.target
    if row.introduces is not None:
        yield "introduces", row.introduces
    if row.names is not None:
        for name in set(msgspec.json.decode(row.names, type=list[str])):
            yield "names", name


def matches(row: Row, query: Query) -> bool:
    """Return whether a query chooses a row, apart from its limit."""
    return (
        row.seq > query.after
        and (query.upto is None or row.seq <= query.upto)
        and (query.types is None or row.type in query.types)
        and (query.until is None or (row.on is not None and row.on <= query.until))
        and (query.behind is None or (row.on is not None and (row.on, row.seq) > query.behind))
        and (query.before is None or (row.on is not None and (row.on, row.seq) < query.before))
        and (row.on is not None or not is_by_place(query))
        and (query.dated is None or query.dated == (row.on is not None))
        and (query.recorded_until is None or row.recorded_at <= query.recorded_until)
        and (query.personal is None or query.personal == (row.personal is not None))
        and (query.ids is None or row.id in query.ids)
        and (query.keys is None or row.key in query.keys)
        and (query.source is None or row.source == query.source)
        and (query.batch is None or row.batch == query.batch)
        and (query.targets is None or row.target in query.targets)
        and (query.introduces is None or row.introduces in query.introduces)
        and (query.kind is None or (row.introduces or "").startswith(f"{query.kind}:"))
        and (
            query.names is None
            or row.introduces == query.names
            or (
                row.names is not None
                and query.names in msgspec.json.decode(row.names, type=list[str])
            )
        )
    )


class MemoryStore:
    """Ledgers that last as long as the program. Threads may share it."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._ledgers: dict[str, LedgerInMemory] = {}
        self._writing: tuple[str, int] | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def _check_open(self) -> None:
        if self._closed:
            raise ClosedError("this store is closed; make a new one")

    def _check_whole(self) -> None:
        self._check_open()
        if self._writing is None:
            raise StoreError("an append failed, so nothing was written")

    def _read(self, ledger: str) -> LedgerInMemory:
        self._check_open()
        return self._ledgers.get(ledger) or LedgerInMemory()

    def ledgers(self) -> list[str]:
        """Return the names of the ledgers, sorted."""
        with self._lock:
            self._check_open()
            return sorted(self._ledgers)

    def head(self, ledger: str) -> Head:
        """Return where a ledger ends."""
        with self._lock:
            return self._read(ledger).head

    @contextmanager
    def writing(self, ledger: str) -> Generator[Head, None, None]:
        """Be the only writer until the block ends."""
        with self._lock:
            before = self._read(ledger)
            self._check_idle()
            head = before.head
            self._writing = (ledger, head.size)
            try:
                yield head
                self._check_whole()
            except BaseException:
                self._ledgers.pop(ledger, None)
                if head.size:
                    self._ledgers[ledger] = before.until(head)
                raise
            finally:
                self._writing = None

    def _check_idle(self) -> None:
        if self._writing is not None:
            raise StoreError("this store is being written by this thread; end that first")

    def append(self, ledger: str, rows: Collection[Row], frontier: bytes) -> None:
        """Add rows behind the head, in ``writing``."""
        with self._lock:
            self._check_open()
            size = check_sequence(ledger, rows, self._writing)
            if rows:
                self._writing = None
                self._ledgers.setdefault(ledger, LedgerInMemory()).add(rows, frontier)
                self._writing = (ledger, size)

    def rows(self, ledger: str, query: Query, /) -> list[Row]:
        """Return the rows that a query chooses, in its order."""
        with self._lock:
            return self._read(ledger).select(query)

    def entries(self, ledger: str, query: Query, /) -> list[StoredEntry]:
        """Return the rows that ``rows`` returns, without the columns that a fold does not need."""
        return list(map(stored_entry, self.rows(ledger, query)))

    def erase(self, ledger: str, remaining: Mapping[int, bytes | None]) -> None:
        """Let these rows hold only what remains, in ``writing``."""
        with self._lock:
            here = self._read(ledger)
            check_sequence(ledger, (), self._writing)
            check_erasure(ledger, here.personal_lines(remaining), remaining)
            if here.rows:
                self._ledgers[ledger] = here.erased(remaining)

    def delete(self, ledger: str) -> None:
        """Remove a ledger."""
        with self._lock:
            self._check_open()
            self._check_idle()
            self._ledgers.pop(ledger, None)

    def purge(self) -> None:
        """Leave it to Python to free what was erased."""
        with self._lock:
            self._check_open()
            self._check_idle()

    def snapshots(
        self, ledger: str, key: str, fingerprint: str, *, limit: int | None = None
    ) -> list[Snapshot]:
        """Return the snapshots under the key that were made with this fingerprint."""
        with self._lock:
            return self._read(ledger).saved(key, fingerprint, limit)

    def save(
        self, ledger: str, key: str, fingerprint: str, snapshots: Collection[Snapshot]
    ) -> None:
        """Keep these snapshots under the key."""
        with self._lock:
            self._check_open()
            self._check_idle()
            check_snapshots(ledger, key, fingerprint, snapshots)
            here = self._ledgers.get(ledger)
            if here is not None:
                here.save(key, fingerprint, snapshots)

    def check(self, _ledger: str | None = None, /) -> None:
        """Find nothing damaged: the index is made from the rows."""
        self._check_open()

    def close(self) -> None:
        """Refuse to be used from now on."""
        self._closed = True
