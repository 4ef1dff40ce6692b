"""Read a ledger back: its rows, its entries, its corrections, its history."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from operator import attrgetter
from threading import RLock
from typing import Final, NamedTuple

from careerledger.arguments import wrong
from careerledger.errors import DamagedError, UnknownEntryError
from careerledger.events import Action, Event, UnknownEvent, catalogue
from careerledger.events.correction import EntryAmended, EntryVoided, SubjectForgotten
from careerledger.history import Corrections, Entry, Place, apply_corrections, id_of, place
from careerledger.journal import codec
from careerledger.proofs.merkle import Frontier
from careerledger.stores import EMPTY, Head, Query, Row, Snapshot, Store, StoredEntry
from careerledger.text import shown

__all__ = ["PAGE", "Fact", "Journal"]

PAGE: Final = 1000
"""How many rows are read at once, so that a reader's memory does not grow with the ledger."""


class Fact(NamedTuple):
    """A fact as it was recorded, and as it is after its corrections."""

    recorded: Entry[Event]
    event: Event | None
    """The event after all corrections; None: it was voided."""
    row: Row
    """The row that states it: the row of its last correction, or else its own."""


class Journal:
    """One ledger in one store, for everything that reads its entries; ``Writer`` writes them.

    It remembers the corrections that it has read, so that a question reads only new ones.

    Args:
        store: Where the ledger lives.
        name: Its name in the store.
        parent: The journal below this branch: who is forgotten there is forgotten here.
    """

    def __init__(self, store: Store, name: str, parent: "Journal | None" = None) -> None:
        self.store = store
        self.trunk: Journal | None = None if parent is None else parent.trunk or parent
        """The journal below that is no branch."""
        self.drops: list[int] = [0] if parent is None else parent.drops
        """How often a memory was dropped, of the trunk or any of its branches: one number."""
        self._drops_known = self.drops[0]
        self.name = name
        self.lock = RLock()
        """Locked while entries are written, or the memory changes."""
        self.generation: int = 0
        """How often the memory was dropped."""
        self._head = EMPTY
        """Where the ledger ended when it was last looked at."""
        self._first_id: str | None = None
        """The id of its first entry, by which it is another ledger after it was deleted."""
        self._in_block = False
        """Whether a block of writing has begun and not ended."""
        self._noted = False
        """Whether the memory has entries of a block that did not count yet."""
        self._seen = 0
        """Up to which number corrections were read."""
        self._catalogue_size = catalogue.size
        self._corrections: list[Entry[Event]] = []
        self._targets: dict[str, Entry[Event]] = {}
        self._applied: tuple[int, Corrections] = (0, Corrections())

    def head(self) -> Head:
        """Return where the ledger ends."""
        return self.store.head(self.name)

    def refresh(self) -> int:
        """Return how many entries there are, having read the corrections among them.

        So nothing that was forgotten by now is answered from what is remembered.
        """
        if self.trunk is not None:
            self.trunk.refresh()
        if self._drops_known != self.drops[0]:
            self._drop_own_memory()
        self._drop_what_never_counted()
        head = self.head()
        self.notice(head)
        self._corrections_upto(head.size)
        return head.size

    @contextmanager
    def writing(self) -> Generator[Head, None, None]:
        """Be the ledger's only writer until the block ends; all of it counts then, or nothing."""
        with self.lock:
            self._drop_what_never_counted()
            self._in_block = True
            try:
                with self.store.writing(self.name) as head:
                    self.notice(head)
                    yield head
                self._noted = False
            finally:
                self._in_block = False

    def _drop_what_never_counted(self) -> None:
        """Drop the memory if it has entries of a block that was interrupted."""
        if self._noted and not self._in_block:
            self.drop_memory()

    def notice(self, head: Head) -> None:
        """Drop everything remembered if the ledger was deleted since it was last looked at."""
        if head == self._head:
            return
        first = self.rows(Query(upto=1)) if head.size else []
        first_id = first[0].id if first else None
        if self._first_id not in (None, first_id):
            self.drop_memory()
        self._head, self._first_id = head, first_id

    def size_at(self, instant: str) -> int:
        """Return how many entries were recorded up to an instant."""
        query = Query(recorded_until=instant, order="newest", limit=1)
        rows = self.rows(query)
        return rows[0].seq if rows else 0

    def rows(self, query: Query) -> list[Row]:
        """Return the rows that a query chooses; see ``Store.rows``."""
        return self.store.rows(self.name, query)

    def pages(self, query: Query) -> Iterator[list[Row]]:
        """Yield the rows that a query chooses, page by page, by number."""
        query = query._replace(limit=PAGE)
        while rows := self.rows(query):
            yield rows
            query = query._replace(after=rows[-1].seq)

    def entry(self, entry: Entry[Event] | str | int) -> Entry[Event]:
        """Return the entry that an entry, its id or its number stands for, as it was recorded.

        Raises UnknownEntryError if no entry has it, and ArgumentError for anything else.
        """
        if isinstance(entry, int) and not isinstance(entry, bool):
            size = self.head().size
            query = Query(after=entry - 1, upto=entry, limit=1)
            recorded = next(decode_rows(self.rows(query) if 1 <= entry <= size else ()), None)
            if recorded is None:
                raise UnknownEntryError(
                    f"ledger {self.name!r} has no entry #{shown(entry)}; it has {size} entries, "
                    "numbered from 1"
                )
            return recorded
        id_ = id_of(entry)
        recorded = self.find([id_]).get(id_)
        if recorded is None:
            raise UnknownEntryError(
                f"no entry of ledger {self.name!r} has the id {shown(id_)}; "
                "an id is what record returned, or what ledger.entries() shows"
            )
        return recorded

    def place_of(self, entry: Entry[Event] | str | int, upto: int) -> Place:
        """Return the place behind which to go on: where an entry that was read was then.

        An id or a number stands for the place that the entry has now.

        Args:
            entry: An entry, its id or its number.
            upto: How many entries of the ledger are known.
        """
        recorded = self.entry(entry)
        if isinstance(entry, Entry):
            recorded = entry
        else:
            amended = (e for e in self.corrections(upto).amended if e.id == recorded.id)
            recorded = next(amended, recorded)
        if not place(recorded)[0]:
            raise wrong(
                "after", entry, "it has no date and is not in the history; pass an entry of it"
            )
        return place(recorded)

    def find(self, ids: Iterable[str]) -> dict[str, Entry[Event]]:
        """Return the entries with these ids as they were recorded."""
        ids = list(ids)
        rows = self.rows(Query(ids=ids)) if ids else []
        return {entry.id: entry for entry in decode_rows(rows)}

    def facts(self, ids: Collection[str]) -> dict[str, Fact]:
        """Return the facts with these ids after their corrections, by number; no corrections."""
        rows = [row for part in _parts(ids) for row in self.rows(Query(ids=part))]
        corrected_by = self.last_corrections([row.id for row in rows])
        corrections = {entry.seq: entry for entry in decode_rows(corrected_by.values())}
        facts: dict[str, Fact] = {}
        for row, recorded in zip(rows, decode_rows(rows), strict=True):
            if not isinstance(recorded.event, Action | UnknownEvent) or row.on is None:
                continue
            last = corrected_by.get(row.id)
            event = recorded.event if last is None else _amendment(corrections[last.seq])
            facts[row.id] = Fact(recorded, event, last or row)
        return dict(sorted(facts.items(), key=lambda item: item[1].recorded.seq))

    def last_corrections(self, ids: Collection[str]) -> dict[str, Row]:
        """Return the rows of the last corrections of these entries, by the entries' ids."""
        # Of one entry, which may have been corrected very often, only the last is read.
        newest = Query(order="newest", limit=1) if len(ids) == 1 else Query()
        rows = [row for part in _parts(ids) for row in self.rows(newest._replace(targets=part))]
        return {row.target: row for row in rows if row.target is not None}

    def _entry_pages(self, query: Query) -> Iterator[list[StoredEntry]]:
        """Yield the entries that a query chooses, page by page, by place."""
        latest_first = query.order == "latest"
        query = query._replace(
            order="latest" if latest_first else "place", limit=min(PAGE, query.limit or PAGE)
        )
        while page := self.store.entries(self.name, query):
            yield page
            seq, *_, on = page[-1]
            end = (on or "", seq)
            query = query._replace(before=end) if latest_first else query._replace(behind=end)

    def log(self, query: Query) -> Iterator[Entry[Event]]:
        """Yield the entries that a query chooses, by number, as they were recorded."""
        return decode_rows(chain.from_iterable(self.pages(query)))

    def history(self, query: Query) -> Iterator[Entry[Event]]:
        """Yield the entries that a query chooses, corrected and in the order of life.

        Args:
            query: ``upto`` must be given; of the others ``behind``, ``before``, ``until`` and
                ``types`` may be. ``order="latest"`` reverses the order, and ``limit`` is how many
                entries to read at once. The history leaves out entries that others record
                meanwhile.

        Raises DamagedError at the end of a whole history if the store left out entries.
        """
        start, end, types = query.behind or ("", 0), query.before or (_NEVER, 0), query.types
        until = query.until or "9999-12-31"
        corrections = self.corrections(query.upto or 0)
        amended = corrections.amended
        chosen = slice(
            bisect_right(amended, start, key=place), bisect_left(amended, end, key=place)
        )
        corrections = corrections._replace(amended=amended[chosen])
        pages = self._entry_pages(query)
        if query._replace(order="number") == Query(upto=query.upto):
            pages = self._all_of(pages, query.upto or 0)
        return apply_corrections(
            codec.decode_all(chain.from_iterable(pages)),
            corrections,
            lambda entry: place(entry)[0] <= until and (types is None or entry.type in types),
            latest_first=query.order == "latest",
        )

    def root(self) -> tuple[int, bytes]:
        """Return the size of the ledger and the root hash of its Merkle tree."""
        head = self.head()
        return head.size, Frontier(head.size, head.frontier).root()

    def snapshots(self, key: str, fingerprint: str, limit: int | None = None) -> list[Snapshot]:
        """Return the snapshots under a key that were made with this fingerprint."""
        return self.store.snapshots(self.name, key, fingerprint, limit=limit)

    def save(self, key: str, fingerprint: str, snapshots: Collection[Snapshot]) -> None:
        """Keep these snapshots under a key, and no others."""
        self.store.save(self.name, key, fingerprint, snapshots)

    # Corrections

    def corrections(self, upto: int) -> Corrections:
        """Return the result of the corrections among the first ``upto`` entries."""
        known = self._corrections_upto(upto)
        count, corrections = self._applied
        if count != len(known):
            corrections = Corrections.of(known, self._targets.get)
            self._applied = (len(known), corrections)
        return corrections

    def unknown_corrections(self, upto: int) -> list[Entry[Event]]:
        """Return the corrections that only a newer program knows."""
        known = self._corrections_upto(upto)
        return [entry for entry in known if isinstance(entry.event, UnknownEvent)]

    def drop_memory(self) -> None:
        """Drop the memory: a person was forgotten, or the whole ledger deleted."""
        self.drops[0] += 1
        self._drop_own_memory()

    def _drop_own_memory(self) -> None:
        self._drops_known = self.drops[0]
        self.generation += 1
        self._head, self._first_id = EMPTY, None
        self._start_anew()
        self._noted = False

    def note_recorded(self, entries: Sequence[Entry[Event]], head: Head) -> None:
        """Remember that entries just written need not be searched for corrections.

        Args:
            entries: The entries that were appended within ``writing``.
            head: Where the ledger ends with them.
        """
        self._noted = True
        if entries and entries[0].seq == 1:
            self._first_id = entries[0].id
        self._head = head
        facts = all(_on(entry.event) is not None for entry in entries)
        if entries and entries[0].seq == self._seen + 1 and facts:
            self._seen = entries[-1].seq

    def changed_before(self, seen: int, reached: Place, query: Query) -> bool:
        """Whether anything up to a place was recorded or corrected after ``seen`` entries.

        Args:
            seen: How many entries the asker knows.
            reached: The place up to which it knows the history.
            query: Which entries matter: ``upto`` and ``types``.
        """
        if seen == query.upto:
            return False
        known = self._corrections_upto(query.upto or 0)
        corrected_since = {_target(entry) for entry in known if entry.seq > seen}
        # Where an entry was, where it is, and where it may have been in between.
        for entry in known:
            id_ = _target(entry)
            target = self._targets.get(id_ or "") if id_ in corrected_since else None
            if target is not None and any(
                (_on(event) or _NEVER, target.seq) <= reached
                for event in (target.event, _amendment(entry))
            ):
                return True
        newer = Query(after=seen, upto=query.upto, until=reached[0], types=query.types)
        rows = chain.from_iterable(self.pages(newer))
        return any((row.on or "", row.seq) <= reached for row in rows)

    def _all_of(self, dated: Iterator[list[StoredEntry]], upto: int) -> Iterator[list[StoredEntry]]:
        """Yield pages of entries with a date, and see that with the others they are all."""
        count = len(self._corrections_upto(upto))
        for page in dated:
            count += len(page)
            yield page
        if count != upto:
            raise DamagedError(
                f"ledger {self.name!r} has {upto} entries, but {self.store!r} gave {count} for "
                "its whole history; run careerledger verify"
            )

    def _start_anew(self) -> None:
        self._seen = 0
        self._corrections.clear()
        self._targets.clear()
        self._applied = (0, Corrections())

    def _corrections_upto(self, upto: int) -> list[Entry[Event]]:
        if self._catalogue_size != catalogue.size:
            # A correction that was unknown may be known by now.
            self._catalogue_size = catalogue.size
            self._start_anew()
        if upto > self._seen:
            new = list(decode_rows(self.rows(Query(after=self._seen, upto=upto, dated=False))))
            # A first reading cannot have remembered anyone who was forgotten later.
            if self._seen and any(isinstance(entry.event, SubjectForgotten) for entry in new):
                self.drop_memory()
                return self._corrections_upto(upto)  # all of them, from the first
            targets = {target for entry in new if (target := _target(entry)) is not None}
            self._targets |= self.find(targets - self._targets.keys())
            self._corrections += new
            self._seen = upto
        if upto == self._seen:
            return self._corrections
        return [entry for entry in self._corrections if entry.seq <= upto]


def _parts(ids: Collection[str]) -> Iterator[list[str]]:
    """Yield ids in parts that one query can look for."""
    ordered = list(ids)
    for start in range(0, len(ordered), PAGE):
        yield ordered[start : start + PAGE]


def decode_rows(rows: Iterable[Row]) -> Iterator[Entry[Event]]:
    """Yield the entries in these rows; CodecError where bytes are not an entry."""
    return codec.decode_all(map(_stored, rows))


_stored: Final = attrgetter("seq", "type", "body", "personal")


def _target(entry: Entry[Event]) -> str | None:
    event = entry.event
    return event.target if isinstance(event, EntryVoided | EntryAmended) else None


def _on(event: Event | None) -> str | None:
    on: str | None = getattr(event, "on", None)
    return on


_NEVER: Final = "9999-99"
"""Later than any date."""


def _amendment(entry: Entry[Event]) -> Event | None:
    return entry.event.event if isinstance(entry.event, EntryAmended) else None
