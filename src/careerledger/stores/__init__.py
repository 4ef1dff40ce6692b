"""Where ledgers live: rows of bytes and plain columns, of whose meaning a store knows nothing.

A store holds many ledgers by name. It promises, and ``careerledger.testing.store_laws`` checks:

- Rows are numbered from 1 without a hole and never change, except that personal lines can be
  erased. No two rows of a ledger have the same id.
- When a ``writing`` block has ended, every later reader sees its rows, also after a power cut.
  Of a block that raised, nothing is there.
- There is one writer at a time for each ledger: what a writer reads within ``writing`` stays true
  until the block ends, except for its own appends, which it sees.
- Readers see whole ``writing`` blocks only.

Rows are numbered in the order of ``recorded_at``. Text is compared and ordered by code point.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final, Literal, NamedTuple, Protocol, cast

import msgspec

from careerledger.errors import StoreError

__all__ = [
    "EMPTY",
    "MAX_TEXT",
    "Head",
    "Order",
    "Place",
    "Query",
    "Row",
    "Snapshot",
    "Store",
    "check_erasure",
    "check_sequence",
    "decode_names",
    "new_row",
]

Place = tuple[str, int]
"""A position in a history: the date of a row, then its number."""
Order = Literal["number", "newest", "place"]
"""By number; by number, the last first; by place, which chooses only rows with a date."""

MAX_TEXT: Final = 1_000
"""How many bytes of UTF-8 a ledger's name, or a text by which rows are found, may have."""


class Row(NamedTuple):
    """An entry as it is stored. All but ``body``, ``leaf`` and ``personal`` repeat the body."""

    seq: int
    """Its number in the ledger, from 1."""
    id: str
    type: str
    on: str | None
    """The date by which a fact is ordered; None for a correction."""
    recorded_at: str
    key: str | None
    source: str | None
    batch: str | None
    target: str | None
    """The id of the entry that a correction is about."""
    introduces: str | None
    """The id that the entry introduces, as ``"kind:id"``."""
    names: str | None
    """The other ids that the entry names, each as ``"kind:id"``: a JSON array; None: none."""
    body: bytes
    leaf: bytes
    """The RFC 6962 leaf hash of the body."""
    personal: bytes | None = None
    """What the body is only committed to, a line of JSON for each field; None: nothing is left."""


new_row: Final[Callable[[Sequence[Any]], Row]] = partial(cast("Any", tuple).__new__, Row)
"""Make a row of its fourteen values, in a third of the time that ``Row(...)`` takes."""


class Query(NamedTuple):
    """Which rows of a ledger are wanted. Every field that is set narrows the choice."""

    after: int = 0
    """Numbered above this."""
    upto: int | None = None
    """Numbered up to this."""
    behind: Place | None = None
    """Dated, and behind this place."""
    until: str | None = None
    """Dated, up to this date."""
    recorded_until: str | None = None
    """Recorded up to this instant."""
    types: Collection[str] | None = None
    """Of one of these types; an empty collection chooses nothing."""
    ids: Collection[str] | None = None
    """With one of these ids."""
    keys: Collection[str] | None = None
    """With one of these keys."""
    source: str | None = None
    """From this source."""
    batch: str | None = None
    """Recorded in this batch."""
    targets: Collection[str] | None = None
    """About one of the entries with these ids."""
    introduces: Collection[str] | None = None
    """Introducing one of these ids, each as ``"kind:id"``."""
    names: str | None = None
    """Introducing or naming this id, as ``"kind:id"``."""
    kind: str | None = None
    """Introducing an id of this kind."""
    personal: bool | None = None
    """Whether the row holds personal lines."""
    dated: bool | None = None
    """Whether the row has a date."""
    order: Order = "number"
    limit: int | None = None
    """At most so many rows; None: all."""


class Head(NamedTuple):
    """Where a ledger ends."""

    size: int
    """How many entries it has."""
    recorded_at: str
    """When the last entry was recorded; empty for an empty ledger."""
    frontier: bytes
    """The frontier of the RFC 6962 tree over the leaves."""


EMPTY: Final = Head(0, "", b"")


class Snapshot(NamedTuple):
    """A projection's running state, and how far it got."""

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
        """Return the names of the ledgers, sorted."""
        ...

    def head(self, ledger: str) -> Head:
        """Return where a ledger ends; one that does not exist is empty."""
        ...

    def writing(self, ledger: str) -> AbstractContextManager[Head]:
        """Be the ledger's only writer until the block ends; all of it counts then, or nothing.

        A thread ends one block before it begins another. A block in which an append failed fails.
        """
        ...

    def append(self, ledger: str, rows: Collection[Row], frontier: bytes) -> None:
        """Add rows behind the head, and store the frontier that the ledger then has.

        Raises StoreError when the ledger is not being written, a row does not follow the one
        before it, an id is taken, or a text is too long.
        """
        ...

    def rows(self, ledger: str, query: Query, /) -> list[Row]:
        """Return the rows that a query chooses, in its order.

        There may be fewer than ``limit``, though not none, where they are too large to be read at
        once.
        """
        ...

    def erase(self, ledger: str, remaining: Mapping[int, bytes | None]) -> None:
        """Replace the personal lines of these rows by what remains; drop the ledger's snapshots.

        Raises StoreError when the ledger is not being written, or more would remain than is there.
        """
        ...

    def delete(self, ledger: str) -> None:
        """Remove a ledger with all that belongs to it; one that does not exist is fine.

        Raises StoreError within ``writing``.
        """
        ...

    def purge(self) -> None:
        """Leave no byte of what was erased or deleted.

        Raises StoreError within ``writing``, and LockedError when another program reads or writes
        the store for too long.
        """
        ...

    def snapshots(
        self, ledger: str, key: str, fingerprint: str, *, limit: int | None = None
    ) -> list[Snapshot]:
        """Return the snapshots under a key that were made with this fingerprint, furthest first.

        At most ``limit`` of them (None: all). There may be fewer where one is damaged, or they
        are too large to be read at once.
        """
        ...

    def save(
        self, ledger: str, key: str, fingerprint: str, snapshots: Collection[Snapshot]
    ) -> None:
        """Keep these snapshots under the key, and no others.

        Nothing is kept while another writer is at work, or when a row without a date was added
        since the last of them was made: it may have erased what they hold.
        """
        ...

    def check(self, ledger: str | None = None, /) -> None:
        """Raise DamagedError when what the store finds rows by does not fit the rows.

        None checks every ledger. A thread may call it while another reads or is ``writing``; it
        waits for neither.
        """
        ...

    def close(self) -> None:
        """Release what the store holds; safe to call twice."""
        ...


def check_sequence(ledger: str, rows: Collection[Row], writing: tuple[str, int] | None) -> int:
    """Return the size of a ledger once these rows are behind its head.

    Args:
        ledger: The ledger to append to.
        rows: The rows to append.
        writing: The ledger that is being written, with its size; None: none is.

    Raises:
        StoreError: Another ledger is being written, a row does not follow the one before it, a
            text is too long, or ``names`` is not a JSON array of texts.
    """
    if writing is None or writing[0] != ledger:
        raise StoreError(
            f"ledger {ledger!r} is not being written; append within writing({ledger!r})"
        )
    size = writing[1]
    if not size:
        _check_length("the name of the ledger", ledger)
    for seq, row in enumerate(rows, start=size + 1):
        if row.seq != seq:
            raise StoreError(f"row #{row.seq} of ledger {ledger!r} does not follow; give #{seq}")
        for text in (
            *(row.id, row.type, row.key, row.source, row.batch, row.target, row.introduces),
            *(() if row.names is None else decode_names(row.names)),
        ):
            if text is not None and len(text) > _SURELY_SHORT:
                _check_length(f"a text of row #{seq}", text)
    return size + len(rows)


def decode_names(names: str) -> list[str]:
    """Return the ids in a row's ``names``, each as ``"kind:id"``."""
    try:
        return msgspec.json.decode(names, type=list[str])
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise StoreError(
            f"the names {names[:40]!r} cannot be read: {error}; give a JSON array of texts"
        ) from error


_SURELY_SHORT: Final = MAX_TEXT // 4
"""No text of so many characters is too long."""


def _check_length(what: str, text: str) -> None:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_TEXT:
        raise StoreError(
            f"{what} has {size:,} bytes, {text[:40]!r}…; texts by which entries are found have at "
            f"most {MAX_TEXT:,}"
        )


def check_erasure(
    before: Mapping[int, bytes | None], remaining: Mapping[int, bytes | None]
) -> None:
    """Raise StoreError unless of each row's personal lines only some remain, or none."""
    for seq, lines in remaining.items():
        held = before.get(seq)
        if lines is not None and (
            held is None or not set(lines.split(b"\n")) < set(held.split(b"\n"))
        ):
            raise StoreError(f"row #{seq} cannot hold more about a person than it does; only less")
