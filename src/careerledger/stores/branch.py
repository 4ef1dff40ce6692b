"""Ledgers that continue others in memory, for hypothetical futures.

Rows appended to a branch are in the branch alone. Rows recorded in the store below after the branch
began are not in the branch. A branch of a branch copies the rows of that one, so that a question
costs the same however long the chain is.
"""

from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from heapq import merge
from threading import RLock
from weakref import WeakSet

from careerledger.errors import ClosedError, StoreError
from careerledger.stores import (
    EMPTY,
    Head,
    Place,
    Query,
    Row,
    Snapshot,
    Store,
    StoredEntry,
    check_erasure,
    check_sequence,
    check_snapshots,
    is_by_place,
    stored_entry,
)
from careerledger.stores.memory import LedgerInMemory

__all__ = ["BranchStore"]


class BranchStore:
    """A store that begins with the ledgers of another one. Threads may share it.

    Args:
        below: The other store; the branch never writes to it. The branch sees each ledger as it
            was when the branch was first asked about it.
    """

    def __init__(self, below: Store) -> None:
        self.base: Store = below
        """The store below that is no branch."""
        self.children = WeakSet["BranchStore"]()
        """The branches that have copies of this one's rows."""
        self.lock = RLock()
        """One for a branch and all branches of it, so that none waits for another's."""
        self._parent: BranchStore | None = None
        if isinstance(below, BranchStore):
            self._parent, self.base, self.lock = below, below.base, below.lock
            below.children.add(self)
        self._copied: dict[str, int] = {}
        """Up to which number the rows of a ledger belong to the branch below."""
        self._deleted: set[str] = set()
        """Ledgers that were deleted below since this branch copied their rows."""
        self._erased: list[tuple[str, Mapping[int, bytes | None]]] = []
        """What was erased in the present block."""
        self._ledgers: dict[str, LedgerInMemory] = {}
        self._heads_below: dict[str, tuple[Head, str]] = {}
        """Where each ledger below ended when it was last looked at, and the id of its first row."""
        self._writing: tuple[str, int] | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base!r})"

    def _check_open(self) -> None:
        if self._closed:
            raise ClosedError("this branch is closed; make a new one")

    def _check_whole(self) -> None:
        self._check_open()
        if self._writing is None:
            raise StoreError("an append failed, so nothing was written")

    def _check_idle(self) -> None:
        if self._writing is not None:
            raise StoreError("this branch is being written by this thread; end that first")

    def _own(self, ledger: str) -> LedgerInMemory:
        """Return the rows that the branch adds to a ledger."""
        self._check_open()
        with self.lock:
            own = self._ledgers.get(ledger)
            if own is not None:
                return own
            if ledger in self._deleted:
                raise _deleted_below(ledger)
            if self._parent is None:
                head = self.base.head(ledger)
                self._heads_below[ledger] = head, self._first_id(ledger)
                own = LedgerInMemory(head)
            else:
                own = self._parent.copied(ledger)
                self._heads_below[ledger] = self._parent.seen_below(ledger)
            self._copied[ledger] = own.head.size
            self._ledgers[ledger] = own
            return own

    def copied(self, ledger: str) -> LedgerInMemory:
        """Return a copy of the rows that this branch and those below it add to a ledger."""
        with self.lock:
            return self._own(ledger).copy()

    def seen_below(self, ledger: str) -> tuple[Head, str]:
        """Return where the ledger below ended when it was last looked at, and its first id."""
        return self._heads_below[ledger]

    def _first_id(self, ledger: str) -> str:
        return next((row.id for row in self.base.rows(ledger, Query(upto=1))), "")

    def _check_below(self, ledger: str) -> None:
        """Raise StoreError if the ledger below was deleted, and may have begun anew."""
        head, first = self._heads_below.get(ledger, (EMPTY, ""))
        now = self.base.head(ledger)
        size = self._own(ledger).start.size
        if now == head or not size:
            return
        if now.size < size or self._first_id(ledger) != first:
            raise _deleted_below(ledger)
        self._heads_below[ledger] = now, first

    def ledgers(self) -> list[str]:
        """Return the names of the ledgers, sorted."""
        self._check_open()
        names = {*self.base.ledgers(), *self._ledgers}
        return sorted(name for name in names if self.head(name).size)

    def head(self, ledger: str) -> Head:
        """Return where a ledger ends."""
        head = self._own(ledger).head
        self._check_below(ledger)
        return head

    @contextmanager
    def writing(self, ledger: str) -> Generator[Head, None, None]:
        """Be the only writer until the block ends."""
        with self.lock:
            self._check_idle()
            own = self._own(ledger)
            head = own.head
            self._writing = (ledger, head.size)
            try:
                yield head
                self._check_whole()
                for child in list(self.children):
                    for erasure in self._erased:
                        child.erase_copied(*erasure)
            except BaseException:
                self._ledgers[ledger] = own.until(head)
                raise
            finally:
                self._writing = None
                self._erased.clear()

    def append(self, ledger: str, rows: Collection[Row], frontier: bytes) -> None:
        """Add rows behind the head, in ``writing``."""
        with self.lock:
            self._check_open()
            size = check_sequence(ledger, rows, self._writing)
            if rows:
                self._writing = None
                taken = self._rows_below(ledger, Query(ids=[row.id for row in rows], limit=1))
                if taken:
                    raise StoreError(f"the id {taken[0].id!r} is taken")
                self._own(ledger).add(rows, frontier)
                self._writing = (ledger, size)

    def rows(self, ledger: str, query: Query, /) -> list[Row]:
        """Return the rows that a query chooses, in its order."""
        own = self._own(ledger).select(query)
        if query.order == "newest":
            limit = None if query.limit is None else query.limit - len(own)
            return own + self._rows_below(ledger, query._replace(limit=limit))
        below = self._rows_below(ledger, query)
        if below and query.limit is not None and len(below) < query.limit:
            last = below[-1]
            rest = query._replace(after=last.seq, limit=1)
            if query.order == "place":
                rest = query._replace(behind=_place(last), limit=1)
            elif query.order == "latest":
                rest = query._replace(before=_place(last), limit=1)
            if self._rows_below(ledger, rest):
                # The rest is too large to be read at once, and comes before most of our own.
                own = [row for row in own if _comes_before(row, last, query)]
        if is_by_place(query):
            merged = merge(below, own, key=_place, reverse=query.order == "latest")
            return list(merged)[: query.limit]
        return (below + own)[: query.limit]

    def entries(self, ledger: str, query: Query, /) -> list[StoredEntry]:
        """Return the rows that ``rows`` returns, without the columns that a fold does not need."""
        return list(map(stored_entry, self.rows(ledger, query)))

    def _rows_below(self, ledger: str, query: Query) -> list[Row]:
        """Return the rows of the store below that the branch sees."""
        size = self._own(ledger).start.size
        if not size:
            return []
        upto = size if query.upto is None else min(size, query.upto)
        rows = self.base.rows(ledger, query._replace(upto=upto))
        self._check_below(ledger)  # afterwards: it may have been deleted just now
        return rows

    def erase(self, ledger: str, remaining: Mapping[int, bytes | None]) -> None:
        """Erase personal lines from the branch's own rows, in ``writing``."""
        with self.lock:
            own = self._own(ledger)
            check_sequence(ledger, (), self._writing)
            if any(1 <= seq <= self._copied[ledger] for seq in remaining):
                raise StoreError(
                    f"a branch of {ledger!r} cannot forget what is in the ledger; forget it in the "
                    "ledger itself"
                )
            check_erasure(ledger, own.personal_lines(remaining), remaining)
            self._ledgers[ledger] = own.erased(remaining)
            self._erased.append((ledger, remaining))

    def erase_copied(self, ledger: str, remaining: Mapping[int, bytes | None]) -> None:
        """Erase what was erased in the branch below from the copies of its rows."""
        with self.lock:
            own = self._ledgers.get(ledger)
            if own is not None:
                last = self._copied[ledger]
                here = {seq: remaining[seq] for seq in own.personal_lines(remaining) if seq <= last}
                self._ledgers[ledger] = own.erased(here)
                for child in list(self.children):
                    child.erase_copied(ledger, here)

    def delete(self, ledger: str) -> None:
        """Remove a ledger from the branch; the store below still has it."""
        with self.lock:
            self._check_open()
            self._check_idle()
            self._ledgers[ledger] = LedgerInMemory()
            for child in list(self.children):
                child.delete_copied(ledger)

    def delete_copied(self, ledger: str) -> None:
        """Drop the rows of a ledger that was deleted in the branch below."""
        with self.lock:
            if self._ledgers.pop(ledger, None) is not None:
                self._deleted.add(ledger)
            for child in list(self.children):
                child.delete_copied(ledger)

    def purge(self) -> None:
        """Leave it to Python to free what was erased."""
        with self.lock:
            self._check_open()
            self._check_idle()

    def snapshots(
        self, ledger: str, key: str, fingerprint: str, *, limit: int | None = None
    ) -> list[Snapshot]:
        """Return the snapshots under the key, of the ledger below until the branch has its own."""
        own = self._own(ledger)
        if key in own.snapshots:
            return own.saved(key, fingerprint, limit)
        below = self.base.snapshots(ledger, key, fingerprint)
        return [snapshot for snapshot in below if snapshot.seen <= own.start.size][:limit]

    def save(
        self, ledger: str, key: str, fingerprint: str, snapshots: Collection[Snapshot]
    ) -> None:
        """Keep these snapshots under the key, in the branch."""
        with self.lock:
            own = self._own(ledger)
            self._check_idle()
            check_snapshots(ledger, key, fingerprint, snapshots)
            if own.head.size:
                own.save(key, fingerprint, snapshots)

    def check(self, ledger: str | None = None, /) -> None:
        """Check the store below."""
        self._check_open()
        self.base.check(ledger)

    def close(self) -> None:
        """Close the branch; its owner closes the store below."""
        self._closed = True


def _comes_before(row: Row, other: Row, query: Query) -> bool:
    """Return whether a row of the branch comes before one of the store below."""
    if query.order == "latest":
        return _place(row) > _place(other)
    return query.order == "place" and _place(row) < _place(other)


def _deleted_below(ledger: str) -> StoreError:
    return StoreError(
        f"ledger {ledger!r} was deleted since this branch of it began; make a new branch by what_if"
    )


def _place(row: Row) -> Place:
    return (row.on or "", row.seq)
