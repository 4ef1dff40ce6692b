"""Where ledgers live: rows of bytes and plain columns, of whose meaning a store knows nothing.

A store holds many ledgers by name. It promises, and ``tests/stores`` checks of each:

- rows are numbered from 1 without a hole, and stay as they were appended, but for what is personal,
  which can be erased; no two of a ledger have the same id, or the same key;
- what was appended when ``writing`` has ended is there for every later reader, also after the
  power failed; of a ``writing`` that raised nothing is there;
- one writer at a time: what a writer reads within ``writing`` stays true until it ends, but for
  its own appends, which it sees;
- a reader sees whole ``writing`` blocks only.

Rows are numbered in the order of ``recorded_at``. Text is any that UTF-8 holds, and is ordered by
code point.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final, NamedTuple, Protocol, cast

from careerledger.errors import StoreError

__all__ = ["Head", "Row", "Saved", "Slim", "Store"]


class Row(NamedTuple):
    """An entry as it is stored. All but ``body`` and ``leaf`` repeat what the body says."""

    seq: int
    id: str
    type: str
    on: str | None
    """The date by which a fact is ordered; None for a correction."""
    recorded_at: str
    key: str | None
    body: bytes
    leaf: bytes
    """The RFC 6962 leaf hash of the body."""
    introduces: str | None
    """The id that the entry introduces, as ``"kind:id"``."""
    personal: bytes | None = None
    """What the body is only committed to, a line for each field; None: nothing, or no more."""


new_row: Final[Callable[[tuple[Any, ...]], Row]] = partial(cast("Any", tuple).__new__, Row)
"""The row with these ten values, in a third of the time that ``Row(...)`` takes."""

Slim = tuple[int, str, bytes, bytes | None]
"""What reading an entry takes: number, type, body, personal."""


class Head(NamedTuple):
    """Where a ledger ends."""

    size: int
    recorded_at: str
    """When the last entry was recorded; empty for an empty ledger."""
    frontier: bytes


EMPTY = Head(0, "", b"")


class Saved(NamedTuple):
    """A snapshot: a projection's running state, and how far it got."""

    seen: int
    """How many entries of the ledger it knew."""
    on: str
    """The date of the last entry that it folded."""
    seq: int
    """The number of the last entry that it folded."""
    state: bytes


class Store(Protocol):
    """The place where ledgers live."""

    def ledgers(self) -> list[str]:
        """The names of its ledgers, sorted."""
        ...

    def head(self, ledger: str) -> Head:
        """Where a ledger ends; one that does not exist is empty."""
        ...

    def writing(self, ledger: str) -> AbstractContextManager[Head]:
        """Be the only writer until the block ends; what was appended then counts, all or none.

        A thread ends one block before it begins another. When an append in it fails, the block
        does.
        """
        ...

    def append(self, ledger: str, rows: Collection[Row], frontier: bytes) -> None:
        """Add rows behind the head, and the frontier that the ledger then has.

        Raises StoreError when the ledger is not being written, a row does not follow the one
        before it, or an id or key is taken.
        """
        ...

    def log(self, ledger: str, *, after: int, upto: int, limit: int) -> list[Row]:
        """At most ``limit`` rows numbered above ``after`` up to ``upto``, by number.

        There may be fewer, though not none, where they are too large to be read at once.
        """
        ...

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
        """Rows that have a date, ordered by date and number.

        Those behind the place ``after``, dated up to ``until``, numbered up to ``upto``, of these
        types (None: of all), at most ``limit`` of them. There may be fewer, though not none,
        where they are too large to be read at once.
        """
        ...

    def place(self, ledger: str, seq: int) -> tuple[str, int]:
        """The place of the row with this number: its date, and the number."""
        ...

    def corrections(self, ledger: str, *, after: int, upto: int) -> list[Slim]:
        """Rows that have no date, numbered above ``after`` up to ``upto``, by number."""
        ...

    def by_id(self, ledger: str, ids: Collection[str]) -> list[Slim]:
        """The rows with these ids, by number."""
        ...

    def by_key(self, ledger: str, keys: Collection[str]) -> dict[str, int]:
        """Which of these keys are taken, each with the number of its row."""
        ...

    def introducing(self, ledger: str, names: Iterable[str]) -> dict[str, list[int]]:
        """Which of these names (``"kind:id"``) are introduced, and by which rows."""
        ...

    def names(self, ledger: str, kind: str) -> list[str]:
        """Every id of a kind that any row introduces, sorted."""
        ...

    def known(self, ledger: str, instant: str) -> int:
        """How many entries were recorded up to this instant."""
        ...

    def touched(
        self,
        ledger: str,
        *,
        after: int,
        upto: int,
        place: tuple[str, int],
        types: Collection[str] | None,
    ) -> bool:
        """Whether a row numbered above ``after`` up to ``upto`` has a place up to ``place``.

        Only rows of these types count (None: of all).
        """
        ...

    def personal(self, ledger: str) -> list[tuple[int, bytes]]:
        """The rows that hold anything personal, by number: the number, and what they hold."""
        ...

    def erase(self, ledger: str, left: Mapping[int, bytes | None]) -> None:
        """Let these rows hold only what is left of what is personal; drop the ledger's snapshots.

        Raises StoreError when the ledger is not being written, or more would be left than is there.
        """
        ...

    def purge(self) -> None:
        """Leave no byte anywhere of what was erased.

        Raises LockedError when another program reads it, or writes, for too long.
        """
        ...

    def save(self, ledger: str, key: str, fingerprint: str, snapshots: Collection[Saved]) -> None:
        """Keep just these snapshots under the key.

        Nothing is kept while another writer is at work, or when a row without a date was added
        since the last of them was made: it may have erased what they hold.
        """
        ...

    def saved(
        self, ledger: str, key: str, fingerprint: str, *, limit: int | None = None
    ) -> list[Saved]:
        """The snapshots under the key that were made with this fingerprint, furthest place first.

        At most ``limit`` of them (None: all). There may be fewer where one is damaged, or they
        are too large to be read at once.
        """
        ...

    def check(self) -> None:
        """Raise DamagedError when what the store keeps to find rows by does not fit the rows.

        A thread asks it while another reads, or is ``writing``: it waits for neither.
        """
        ...

    def close(self) -> None:
        """Let go of what the store holds; safe to do twice."""
        ...


def follows(ledger: str, rows: Collection[Row], writing: tuple[str, int] | None) -> int:
    """The size of a ledger when these rows are behind its head.

    ``writing`` is the ledger that is being written, with its size. Raises StoreError when it is
    another one, or when the rows are not numbered on from there.
    """
    if writing is None or writing[0] != ledger:
        raise StoreError(
            f"ledger {ledger!r} is not being written; append within writing({ledger!r})"
        )
    size = writing[1]
    for seq, row in enumerate(rows, start=size + 1):
        if row.seq != seq:
            raise StoreError(f"row #{row.seq} of ledger {ledger!r} does not follow; give #{seq}")
    return size + len(rows)


def check_less(held: Mapping[int, bytes | None], left: Mapping[int, bytes | None]) -> None:
    """Raise StoreError unless of what is personal in each row some lines are left, or none."""
    for seq, lines in left.items():
        before = held.get(seq)
        if lines is not None and (
            before is None or not set(lines.split(b"\n")) < set(before.split(b"\n"))
        ):
            raise StoreError(f"row #{seq} cannot hold more of a person than it does; only less")
