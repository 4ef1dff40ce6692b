"""Ledgers that go on in memory from where others stand: for what has not happened.

What is appended to a branch is in the branch alone, and what is recorded below afterwards is not in
the branch.
"""

from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import contextmanager
from threading import RLock

from careerledger.errors import ClosedError, StoreError
from careerledger.stores import Head, Row, Saved, Slim, Store, check_less, follows
from careerledger.stores.memory import LedgerInMemory

__all__ = ["BranchStore"]


class BranchStore:
    """The ledgers of another store, to be gone on with. Threads may share it.

    Args:
        below: The store; nothing is ever written to it. Of each of its ledgers the branch sees
            what was there when it was first asked about that ledger.
    """

    def __init__(self, below: Store) -> None:
        self._below = below
        self._ledgers: dict[str, LedgerInMemory] = {}
        self._lock = RLock()
        self._writing: tuple[str, int] | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._below!r})"

    def _check_open(self) -> None:
        if self._closed:
            raise ClosedError("this branch is closed; make a new one")

    def _own(self, ledger: str) -> LedgerInMemory:
        """What the branch adds to a ledger."""
        self._check_open()
        with self._lock:
            own = self._ledgers.get(ledger)
            if own is None:
                own = self._ledgers[ledger] = LedgerInMemory(self._below.head(ledger))
            return own

    def _size(self, ledger: str) -> int:
        """How many rows of the ledger below the branch sees."""
        return self._own(ledger).start.size

    def ledgers(self) -> list[str]:
        """The names of its ledgers, sorted."""
        self._check_open()
        names = {*self._below.ledgers(), *self._ledgers}
        return sorted(name for name in names if self.head(name).size)

    def head(self, ledger: str) -> Head:
        """Where a ledger ends."""
        return self._own(ledger).head

    @contextmanager
    def writing(self, ledger: str) -> Generator[Head, None, None]:
        """Be the only writer until the block ends."""
        with self._lock:
            if self._writing is not None:
                raise StoreError("this branch is being written by this thread; end that first")
            own = self._own(ledger)
            head = own.head
            self._writing = (ledger, head.size)
            try:
                yield head
                self._check_whole()
            except BaseException:
                self._ledgers[ledger] = own.upto(head)
                raise
            finally:
                self._writing = None

    def _check_whole(self) -> None:
        self._check_open()
        if self._writing is None:
            raise StoreError("an append failed, so nothing was written")

    def append(self, ledger: str, rows: Collection[Row], frontier: bytes) -> None:
        """Add rows behind the head, in ``writing``."""
        with self._lock:
            size = follows(ledger, rows, self._writing)
            if rows:
                self._writing = None
                taken = [row.id for row in rows if self.by_id(ledger, [row.id])]
                taken += self.by_key(ledger, [row.key for row in rows if row.key is not None])
                if taken:
                    raise StoreError(f"the id or the key {taken[0]!r} is taken")
                self._own(ledger).add(rows, frontier)
                self._writing = (ledger, size)

    def log(self, ledger: str, *, after: int, upto: int, limit: int) -> list[Row]:
        """Rows by number."""
        upto = min(upto, after + limit)
        below = self._below.log(
            ledger, after=after, upto=min(upto, self._size(ledger)), limit=limit
        )
        if below and below[-1].seq < min(upto, self._size(ledger)):
            return below  # the rest is too large to be read at once
        return below + self._own(ledger).numbered(after, upto)

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
        found: list[Slim] = []
        own = self._own(ledger).facts(after, until, upto, types)
        while len(found) < limit:
            # Of one date, all rows below come first: their numbers are lower.
            on, slim = next(own, (until, None))
            below = self._below.facts(
                ledger,
                after=after,
                until=on,
                upto=min(upto, self._size(ledger)),
                types=types,
                limit=limit - len(found),
            )
            found += below
            if below or slim is None:
                break  # there may be more below than can be read at once
            found.append(slim)
            after = (on, slim[0])
        return found

    def place(self, ledger: str, seq: int) -> tuple[str, int]:
        """The place of the row with this number."""
        if seq <= self._size(ledger):
            return self._below.place(ledger, seq)
        return (self._own(ledger).row(seq).on or "", seq)

    def corrections(self, ledger: str, *, after: int, upto: int) -> list[Slim]:
        """Rows without a date, by number."""
        below = self._below.corrections(ledger, after=after, upto=min(upto, self._size(ledger)))
        return below + self._own(ledger).slim(
            seq for seq in self._own(ledger).dateless if after < seq <= upto
        )

    def by_id(self, ledger: str, ids: Collection[str]) -> list[Slim]:
        """The rows with these ids, by number."""
        below = [slim for slim in self._below.by_id(ledger, ids) if slim[0] <= self._size(ledger)]
        own = self._own(ledger).ids
        return below + self._own(ledger).slim(sorted(own[id_] for id_ in set(ids) if id_ in own))

    def by_key(self, ledger: str, keys: Collection[str]) -> dict[str, int]:
        """Which of these keys are taken, and by which row."""
        below = self._below.by_key(ledger, keys).items()
        own = self._own(ledger).keys
        return {key: seq for key, seq in below if seq <= self._size(ledger)} | {
            key: own[key] for key in keys if key in own
        }

    def introducing(self, ledger: str, names: Iterable[str]) -> dict[str, list[int]]:
        """Which of these names are introduced, and by which rows."""
        names = list(names)
        below = self._below.introducing(ledger, names)
        found = {
            name: [seq for seq in below.get(name, ()) if seq <= self._size(ledger)]
            + self._own(ledger).introduced.get(name, [])
            for name in names
        }
        return {name: seqs for name, seqs in found.items() if seqs}

    def names(self, ledger: str, kind: str) -> list[str]:
        """Every id of a kind, sorted."""
        known = {f"{kind}:{name}" for name in self._below.names(ledger, kind)}
        known |= {name for name in self._own(ledger).introduced if name.partition(":")[0] == kind}
        return sorted(name.partition(":")[2] for name in self.introducing(ledger, known))

    def known(self, ledger: str, instant: str) -> int:
        """How many entries were recorded up to this instant."""
        below = min(self._below.known(ledger, instant), self._size(ledger))
        return below if below < self._size(ledger) else self._own(ledger).known(instant)

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
        return self._below.touched(
            ledger, after=after, upto=min(upto, self._size(ledger)), place=place, types=types
        ) or self._own(ledger).touched(after, upto, place, types)

    def personal(self, ledger: str) -> list[tuple[int, bytes]]:
        """The rows that hold anything personal, by number."""
        size = self._size(ledger)
        below = [(seq, held) for seq, held in self._below.personal(ledger) if seq <= size]
        own = self._own(ledger).rows
        return below + [(row.seq, row.personal) for row in own if row.personal is not None]

    def erase(self, ledger: str, left: Mapping[int, bytes | None]) -> None:
        """Let these rows hold only what is left, in ``writing``; none of the store below."""
        with self._lock:
            follows(ledger, (), self._writing)
            own = self._own(ledger)
            if any(seq <= own.start.size for seq in left):
                raise StoreError(
                    f"a branch of {ledger!r} cannot forget what is in the ledger; forget it in the "
                    "ledger itself"
                )
            check_less({seq: own.row(seq).personal for seq in left}, left)
            self._ledgers[ledger] = own.erased(left)

    def purge(self) -> None:
        """Nothing: what was erased is Python's to free."""

    def save(self, ledger: str, key: str, fingerprint: str, snapshots: Collection[Saved]) -> None:
        """Keep just these snapshots under the key, in the branch."""
        if self.head(ledger).size:
            self._own(ledger).save(key, fingerprint, snapshots)

    def saved(
        self, ledger: str, key: str, fingerprint: str, *, limit: int | None = None
    ) -> list[Saved]:
        """The snapshots under the key, of the ledger below until the branch has its own."""
        if key in self._own(ledger).snapshots:
            return self._own(ledger).saved(key, fingerprint, limit)
        below = self._below.saved(ledger, key, fingerprint)
        return [saved for saved in below if saved.seen <= self._size(ledger)][:limit]

    def check(self) -> None:
        """Check the store below."""
        self._below.check()

    def close(self) -> None:
        """Refuse to be used from now on; the store below is someone else's to close."""
        self._closed = True
