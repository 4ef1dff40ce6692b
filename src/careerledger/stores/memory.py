"""A store in memory, for tests and for trying things out."""

from bisect import bisect_right, insort
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from threading import RLock

from careerledger.errors import ClosedError
from careerledger.stores import EMPTY, Head, Row, Saved, Slim

__all__ = ["MemoryStore"]


class _Ledger:
    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.places: list[tuple[str, int]] = []
        self.dateless: list[int] = []
        self.ids: dict[str, int] = {}
        self.keys: dict[str, int] = {}
        self.introduced: dict[str, list[int]] = {}
        self.frontier = b""
        self.snapshots: dict[str, tuple[str, list[Saved]]] = {}

    @property
    def head(self) -> Head:
        if not self.rows:
            return EMPTY
        return Head(len(self.rows), self.rows[-1].recorded_at, self.frontier)

    def add(self, rows: Iterable[Row], frontier: bytes) -> None:
        for row in rows:
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

    def slim(self, seqs: Iterable[int]) -> list[Slim]:
        rows = (self.rows[seq - 1] for seq in seqs)
        return [(row.seq, row.type, row.body) for row in rows]


class MemoryStore:
    """Ledgers that last as long as the program. Threads may share it."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._ledgers: dict[str, _Ledger] = {}
        self._pending: dict[str, tuple[list[Row], bytes]] = {}
        self._closed = False

    def _read(self, ledger: str) -> _Ledger:
        if self._closed:
            raise ClosedError("this store is closed; make a new one")
        return self._ledgers.get(ledger) or _Ledger()

    def ledgers(self) -> list[str]:
        """The names of its ledgers, sorted."""
        return sorted(self._ledgers)

    def head(self, ledger: str) -> Head:
        """Where a ledger ends."""
        with self._lock:
            return self._read(ledger).head

    @contextmanager
    def writing(self, ledger: str) -> Iterator[Head]:
        """Be the only writer until the block ends."""
        with self._lock:
            self._pending.clear()
            yield self._read(ledger).head
            for name, (rows, frontier) in self._pending.items():
                self._ledgers.setdefault(name, _Ledger()).add(rows, frontier)

    def append(self, ledger: str, rows: Collection[Row], frontier: bytes) -> None:
        """Add rows behind the head when the block of ``writing`` ends."""
        self._pending[ledger] = (list(rows), frontier)

    def log(self, ledger: str, *, after: int, upto: int, limit: int) -> list[Row]:
        """Rows by number."""
        with self._lock:
            return self._read(ledger).rows[after : min(upto, after + limit)]

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
            here = self._read(ledger)
            found: list[Slim] = []
            for index in range(bisect_right(here.places, after), len(here.places)):
                on, seq = here.places[index]
                if on > until or len(found) == limit:
                    break
                row = here.rows[seq - 1]
                if seq <= upto and (types is None or row.type in types):
                    found.append((seq, row.type, row.body))
            return found

    def place(self, ledger: str, seq: int) -> tuple[str, int]:
        """The place of the row with this number."""
        with self._lock:
            return (self._read(ledger).rows[seq - 1].on or "", seq)

    def corrections(self, ledger: str, *, after: int, upto: int) -> list[Slim]:
        """Rows without a date, by number."""
        with self._lock:
            here = self._read(ledger)
            return here.slim(seq for seq in here.dateless if after < seq <= upto)

    def by_id(self, ledger: str, ids: Collection[str]) -> list[Slim]:
        """The rows with these ids, by number."""
        with self._lock:
            here = self._read(ledger)
            return here.slim(sorted(here.ids[id_] for id_ in ids if id_ in here.ids))

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
            rows = self._read(ledger).rows
            return bisect_right(rows, instant, key=lambda row: row.recorded_at)

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
            return any(
                row.on is not None
                and (row.on, row.seq) <= place
                and (types is None or row.type in types)
                for row in self._read(ledger).rows[after:upto]
            )

    def save(self, ledger: str, key: str, fingerprint: str, snapshots: Collection[Saved]) -> None:
        """Keep just these snapshots under the key."""
        with self._lock:
            here = self._ledgers.get(ledger)
            if here is not None:
                ordered = sorted(snapshots, key=lambda saved: (saved.on, saved.seq))
                here.snapshots[key] = (fingerprint, ordered)

    def saved(self, ledger: str, key: str, fingerprint: str) -> list[Saved]:
        """The snapshots under the key that were made with this fingerprint."""
        with self._lock:
            made_with, snapshots = self._read(ledger).snapshots.get(key, ("", []))
            return list(snapshots) if made_with == fingerprint else []

    def close(self) -> None:
        """Refuse to be used from now on."""
        self._closed = True
