"""A store in memory, for tests and for trying things out."""

from bisect import bisect_right, insort
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from threading import RLock

from careerledger.errors import ClosedError, StoreError
from careerledger.stores import EMPTY, Head, Row, Saved, Slim, check_less, follows

__all__ = ["MemoryStore"]


class LedgerInMemory:
    """The rows of one ledger behind an earlier head, and what finds them."""

    def __init__(self, start: Head = EMPTY) -> None:
        self.start = start
        self.rows: list[Row] = []
        self.places: list[tuple[str, int]] = []
        self.dateless: list[int] = []
        self.ids: dict[str, int] = {}
        self.keys: dict[str, int] = {}
        self.introduced: dict[str, list[int]] = {}
        self.frontier = start.frontier
        self.snapshots: dict[str, tuple[str, list[Saved]]] = {}

    @property
    def head(self) -> Head:
        """Where the ledger ends."""
        if not self.rows:
            return self.start
        last = self.rows[-1]
        return Head(last.seq, last.recorded_at, self.frontier)

    def upto(self, head: Head) -> "LedgerInMemory":
        """This ledger as it stood at an earlier head."""
        if self.head.size == head.size:
            return self
        earlier = LedgerInMemory(self.start)
        earlier.add(self.numbered(0, head.size), head.frontier)
        earlier.snapshots = self.snapshots
        return earlier

    def numbered(self, after: int, upto: int) -> list[Row]:
        """The rows with a number above ``after`` up to ``upto``."""
        first = self.start.size
        return self.rows[max(0, after - first) : max(0, upto - first)]

    def row(self, seq: int) -> Row:
        """The row with this number."""
        return self.rows[seq - 1 - self.start.size]

    def add(self, rows: Iterable[Row], frontier: bytes) -> None:
        """Add rows behind the head; StoreError when an id or key is taken."""
        for row in rows:
            if row.id in self.ids or row.key in self.keys:
                raise StoreError(f"the id {row.id!r} or the key {row.key!r} is taken")
            self.rows.append(row)
            self.ids[row.id] = row.seq
            if row.on is None:
                self.dateless.append(row.seq)
            else:
                insort(self.places, (row.on, row.seq))
            if row.key is not None:
                self.keys[row.key] = row.seq
            if row.introduces is not None:
                self.introduced.setdefault(row.introduces, []).append(row.seq)
        self.frontier = frontier

    def erased(self, left: Mapping[int, bytes | None]) -> "LedgerInMemory":
        """This ledger with only so much of what is personal left, and without snapshots."""
        other = LedgerInMemory(self.start)
        other.add(
            [row._replace(personal=left.get(row.seq, row.personal)) for row in self.rows],
            self.frontier,
        )
        return other

    def slim(self, seqs: Iterable[int]) -> list[Slim]:
        """What reading these rows takes."""
        return [(row.seq, row.type, row.body, row.personal) for row in map(self.row, seqs)]

    def facts(
        self, after: tuple[str, int], until: str, upto: int, types: Collection[str] | None
    ) -> Iterator[tuple[str, Slim]]:
        """The rows that have a date, ordered by place, each with its date."""
        for index in range(bisect_right(self.places, after), len(self.places)):
            on, seq = self.places[index]
            if on > until:
                return
            row = self.row(seq)
            if seq <= upto and (types is None or row.type in types):
                yield on, (seq, row.type, row.body, row.personal)

    def touched(
        self, after: int, upto: int, place: tuple[str, int], types: Collection[str] | None
    ) -> bool:
        """Whether a row in this range has a place up to ``place``."""
        return any(
            row.on is not None
            and (row.on, row.seq) <= place
            and (types is None or row.type in types)
            for row in self.numbered(after, upto)
        )

    def known(self, instant: str) -> int:
        """The number of the last of these rows that was recorded up to this instant."""
        behind = bisect_right(self.rows, instant, key=lambda row: row.recorded_at)
        return self.start.size + behind

    def save(self, key: str, fingerprint: str, snapshots: Collection[Saved]) -> None:
        """Keep just these snapshots under the key, unless a row without a date came since."""
        last = max((saved.seen for saved in snapshots), default=self.head.size)
        if not (self.dateless and self.dateless[-1] > last):
            ordered = sorted(snapshots, key=lambda saved: (saved.on, saved.seq), reverse=True)
            self.snapshots[key] = (fingerprint, ordered)

    def saved(self, key: str, fingerprint: str, limit: int | None) -> list[Saved]:
        """The snapshots under the key that were made with this fingerprint, furthest first."""
        made_with, snapshots = self.snapshots.get(key, ("", []))
        return snapshots[:limit] if made_with == fingerprint else []


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
        """The names of its ledgers, sorted."""
        with self._lock:
            self._check_open()
            return sorted(self._ledgers)

    def head(self, ledger: str) -> Head:
        """Where a ledger ends."""
        with self._lock:
            return self._read(ledger).head

    @contextmanager
    def writing(self, ledger: str) -> Generator[Head, None, None]:
        """Be the only writer until the block ends."""
        with self._lock:
            before = self._read(ledger)
            if self._writing is not None:
                raise StoreError("this store is being written by this thread; end that first")
            head = before.head
            self._writing = (ledger, head.size)
            try:
                yield head
                self._check_whole()
            except BaseException:
                self._ledgers.pop(ledger, None)
                if head.size:
                    self._ledgers[ledger] = before.upto(head)
                raise
            finally:
                self._writing = None

    def append(self, ledger: str, rows: Collection[Row], frontier: bytes) -> None:
        """Add rows behind the head, in ``writing``."""
        with self._lock:
            size = follows(ledger, rows, self._writing)
            if rows:
                self._writing = None
                self._ledgers.setdefault(ledger, LedgerInMemory()).add(rows, frontier)
                self._writing = (ledger, size)

    def log(self, ledger: str, *, after: int, upto: int, limit: int) -> list[Row]:
        """Rows by number."""
        with self._lock:
            return self._read(ledger).numbered(after, min(upto, after + limit))

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
        with self._lock:
            found = self._read(ledger).facts(after, until, upto, types)
            return [slim for _, slim in islice(found, limit)]

    def place(self, ledger: str, seq: int) -> tuple[str, int]:
        """The place of the row with this number."""
        with self._lock:
            return (self._read(ledger).row(seq).on or "", seq)

    def corrections(self, ledger: str, *, after: int, upto: int) -> list[Slim]:
        """Rows without a date, by number."""
        with self._lock:
            here = self._read(ledger)
            return here.slim(seq for seq in here.dateless if after < seq <= upto)

    def by_id(self, ledger: str, ids: Collection[str]) -> list[Slim]:
        """The rows with these ids, by number."""
        with self._lock:
            here = self._read(ledger)
            return here.slim(sorted(here.ids[id_] for id_ in set(ids) if id_ in here.ids))

    def by_key(self, ledger: str, keys: Collection[str]) -> dict[str, int]:
        """Which of these keys are taken, and by which row."""
        with self._lock:
            taken = self._read(ledger).keys
            return {key: taken[key] for key in keys if key in taken}

    def introducing(self, ledger: str, names: Iterable[str]) -> dict[str, list[int]]:
        """Which of these names are introduced, and by which rows."""
        with self._lock:
            introduced = self._read(ledger).introduced
            return {name: list(introduced[name]) for name in names if name in introduced}

    def names(self, ledger: str, kind: str) -> list[str]:
        """Every id of a kind, sorted."""
        with self._lock:
            parts = (name.partition(":") for name in self._read(ledger).introduced)
            return sorted(id_ for found, _, id_ in parts if found == kind)

    def known(self, ledger: str, instant: str) -> int:
        """How many entries were recorded up to this instant."""
        with self._lock:
            return self._read(ledger).known(instant)

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
        with self._lock:
            return self._read(ledger).touched(after, upto, place, types)

    def personal(self, ledger: str) -> list[tuple[int, bytes]]:
        """The rows that hold anything personal, by number."""
        with self._lock:
            rows = self._read(ledger).rows
            return [(row.seq, row.personal) for row in rows if row.personal is not None]

    def erase(self, ledger: str, left: Mapping[int, bytes | None]) -> None:
        """Let these rows hold only what is left, in ``writing``."""
        with self._lock:
            follows(ledger, (), self._writing)
            here = self._ledgers.get(ledger)
            if here is None:
                return
            check_less({seq: here.row(seq).personal for seq in left}, left)
            self._ledgers[ledger] = here.erased(left)

    def purge(self) -> None:
        """Nothing: what was erased is Python's to free."""

    def save(self, ledger: str, key: str, fingerprint: str, snapshots: Collection[Saved]) -> None:
        """Keep just these snapshots under the key."""
        with self._lock:
            self._check_open()
            here = self._ledgers.get(ledger)
            if here is not None:
                here.save(key, fingerprint, snapshots)

    def saved(
        self, ledger: str, key: str, fingerprint: str, *, limit: int | None = None
    ) -> list[Saved]:
        """The snapshots under the key that were made with this fingerprint."""
        with self._lock:
            return self._read(ledger).saved(key, fingerprint, limit)

    def check(self) -> None:
        """Nothing: what it finds rows by is made from the rows."""

    def close(self) -> None:
        """Refuse to be used from now on."""
        self._closed = True
