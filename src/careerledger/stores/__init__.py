"""Where ledgers live: rows of bytes and plain columns. A store knows nothing of their meaning.

A store holds many ledgers by name. It promises, and ``careerledger.testing.store_laws`` checks:

- Rows are numbered from 1 without a hole and never change, except that personal lines can be
  erased. No two rows of a ledger have the same id.
- When a ``writing`` block has ended, every later reader sees its rows, also after a power cut.
  A block that raised leaves nothing behind.
- Each ledger has one writer at a time: nothing changes between two reads within ``writing``, except
  for the writer's own appends, which it sees.
- Readers see whole ``writing`` blocks only.
- A call that fails raises StoreError and changes nothing; every call of a closed store raises
  ClosedError.

Rows are numbered in the order of ``recorded_at``. Text is compared and ordered by code point.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from operator import attrgetter
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
    "StoredEntry",
    "check_erasure",
    "check_sequence",
    "check_snapshots",
    "decode_names",
    "is_by_place",
    "new_row",
    "stored_entry",
]

Place = tuple[str, int]
"""A position in a history: the date of a row, then its number."""
Order = Literal["number", "newest", "place", "latest"]
"""By number; by number, the last first; by place; by place, the last first.

An order by place chooses only rows with a date.
"""

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
    """The personal data that the body has hashes of, a line of JSON for each field."""


new_row: Final[Callable[[Sequence[Any]], Row]] = partial(cast("Any", tuple).__new__, Row)
"""Make a row of its fourteen values, in a third of the time that ``Row(...)`` takes."""


StoredEntry = tuple[int, str, bytes, bytes | None, str | None]
"""What a reader needs of a row: its number, type, body, personal lines, and date."""

stored_entry: Final[Callable[[Row], StoredEntry]] = cast(
    "Any", attrgetter("seq", "type", "body", "personal", "on")
)
"""Return what a reader needs of a row."""


class Query(NamedTuple):
    """Which rows of a ledger to return. Every field that is set narrows the choice."""

    after: int = 0
    """Numbered above this."""
    upto: int | None = None
    """Numbered up to this."""
    behind: Place | None = None
    """Dated, and behind this place."""
    before: Place | None = None
    """Dated, and before this place."""
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


def is_by_place(query: Query) -> bool:
    """Return whether a query orders the rows by place."""
    return query.order in {"place", "latest"}


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
        """Lock the ledger for writing until the block ends; its appends count all or none.

        A thread ends one block before it begins another. A block in which an append failed fails.
        """
        ...

    def append(self, ledger: str, rows: Collection[Row], frontier: bytes) -> None:
        """Add rows behind the head, and store the frontier that the ledger then has.

        Raises StoreError when the ledger is not being written, a row does not follow the one
        before it, an id is taken, or a text is too long or has a lone surrogate.
        """
        ...

    def rows(self, ledger: str, query: Query, /) -> list[Row]:
        """Return the rows that a query chooses, in its order.

        There may be fewer than ``limit``, but at least one, where more would be too large to read
        at once.
        """
        ...

    def entries(self, ledger: str, query: Query, /) -> list[StoredEntry]:
        """Return the rows that ``rows`` returns, without the columns that a fold does not need.

        A store that cannot save time by it returns ``list(map(stored_entry, self.rows(…)))``.
        """
        ...

    def erase(self, ledger: str, remaining: Mapping[int, bytes | None]) -> None:
        """Replace the personal lines of these rows; drop the ledger's snapshots.

        The new value is None or some of the row's lines, each at most as often as before.
        Raises StoreError when the ledger is not being written, has no such row, or a row would
        not lose a line.
        """
        ...

    def delete(self, ledger: str) -> None:
        """Remove a ledger with everything that belongs to it; a missing ledger is fine.

        Raises StoreError within ``writing``.
        """
        ...

    def purge(self) -> None:
        """Overwrite every byte of erased and deleted data.

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
        since the last of them was made: it may have erased what they hold. Raises StoreError
        within ``writing``, when two of them are at one place, or a text has a lone surrogate.
        """
        ...

    def check(self, ledger: str | None = None, /) -> None:
        """Raise DamagedError when the store's indexes do not match its rows.

        None checks every ledger. A thread may call it while another reads or is ``writing``; it
        waits for neither.
        """
        ...

    def close(self) -> None:
        """Release all resources; every later call but this one raises ClosedError."""
        ...


def check_sequence(ledger: str, rows: Collection[Row], writing: tuple[str, int] | None) -> int:
    """Return the size of a ledger once these rows are behind its head.

    Args:
        ledger: The ledger to append to.
        rows: The rows to append.
        writing: The ledger that is being written, with its size; None: none is.

    Raises:
        StoreError: Another ledger is being written, a row does not follow the one before it, a
            text is too long or has a lone surrogate, or ``names`` is not a JSON array of texts.
    """
    if writing is None or writing[0] != ledger:
        raise StoreError(
            f"ledger {ledger!r} is not being written; append within writing({ledger!r})"
        )
    size = writing[1]
    if not size:
        _check_text("the name of the ledger", ledger)
    for seq, row in enumerate(rows, start=size + 1):
        if row.seq != seq:
            raise StoreError(f"row #{row.seq} of ledger {ledger!r} does not follow; give #{seq}")
        names = () if row.names is None else decode_names(row.names)
        texts: Any = row[_TEXTS]
        together = "".join(filter(None, texts))
        if len(together) > MAX_TEXT or not together.isascii():
            for text in (*texts[:-1], *names):
                _check_text(f"a text of row #{seq}", text or "")
    return size + len(rows)


_TEXTS: Final = slice(Row._fields.index("id"), Row._fields.index("names") + 1)
"""The columns of a row by which queries find it; its names come last."""


def decode_names(names: str) -> list[str]:
    """Return the ids in a row's ``names``, each as ``"kind:id"``."""
    try:
        return _NAMES.decode(names)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise StoreError(
            f"the names {names[:40]!r} cannot be read: {error}; give a JSON array of texts"
        ) from error


_NAMES: Final = msgspec.json.Decoder(list[str])


def _check_text(what: str, text: str) -> None:
    size = _utf8_size(what, text)
    if size > MAX_TEXT:
        raise StoreError(
            f"{what} has {size:,} bytes, {text[:40]!r}…; texts by which entries are found have at "
            f"most {MAX_TEXT:,}"
        )


def _utf8_size(what: str, text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise StoreError(
            f"{what} cannot be stored: character {error.start} of {text[:40]!r} is half a "
            "character (a surrogate), which UTF-8 cannot encode; give whole characters"
        ) from error


def check_erasure(
    ledger: str, before: Mapping[int, bytes | None], remaining: Mapping[int, bytes | None]
) -> None:
    """Check that each row exists, and that only some of its personal lines remain, or none.

    Args:
        ledger: The ledger to erase from.
        before: The personal lines of those rows in ``remaining`` that exist.
        remaining: What remains of them, by the numbers of the rows.

    Raises:
        StoreError: A row does not exist, or would not lose a line.
    """
    for seq, lines in remaining.items():
        if seq not in before:
            raise StoreError(
                f"ledger {ledger!r} has no row #{seq} to erase from; give numbers of rows that it "
                "has"
            )
        if lines is not None and not _lines(lines) < _lines(before[seq]):
            raise StoreError(
                f"row #{seq} of ledger {ledger!r} can only lose personal lines; give some of the "
                "lines that it has, each once, but not all of them, or None"
            )


def _lines(personal: bytes | None) -> Counter[bytes]:
    return Counter(() if personal is None else personal.split(b"\n"))


def check_snapshots(
    ledger: str, key: str, fingerprint: str, snapshots: Collection[Snapshot]
) -> None:
    """Raise StoreError when two snapshots are at one place, or a text has a lone surrogate."""
    _utf8_size("the name of the ledger", ledger)
    _utf8_size("the key of a snapshot", key)
    _utf8_size("the fingerprint of a snapshot", fingerprint)
    places = set[Place]()
    for snapshot in snapshots:
        _utf8_size("the date of a snapshot", snapshot.on)
        place = (snapshot.on, snapshot.seq)
        if place in places:
            raise StoreError(
                f"two snapshots under {key!r} of ledger {ledger!r} are at one place, behind row "
                f"#{snapshot.seq} of {snapshot.on!r}; give one for each place"
            )
        places.add(place)
