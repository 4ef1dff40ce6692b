"""Read a ledger back: its entries, its corrections, its history."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from careerledger.events import Event, UnknownEvent, catalogue
from careerledger.events.correction import EntryAmended, EntryVoided, SubjectForgotten
from careerledger.history import Corrections, Entry, Place, corrected, place
from careerledger.journal import codec
from careerledger.stores import Row, Slim, Store

PAGE: Final = 1000
"""How many rows are read at once: a reader's memory does not grow with the ledger."""
START: Final[Place] = ("", 0)


class Window(NamedTuple):
    """Which part of a ledger a question is about."""

    upto: int
    """Entries numbered up to this are known."""
    until: str
    """Facts dated up to this have happened."""
    types: frozenset[str] | None = None
    """Types of events that are wanted; None: all."""


class Reader:
    """A ledger's entries, as histories."""

    def __init__(self, store: Store, ledger: str) -> None:
        self._store = store
        self._ledger = ledger
        self._seen = 0
        self._catalogue = catalogue.size
        self._corrections: list[Entry[Event]] = []
        self._targets: dict[str, Entry[Event]] = {}
        self._latest: tuple[int, Corrections] = (0, Corrections())
        self.forgettings = 0
        """How often something was forgotten, as far as it was seen from here."""

    def forget(self) -> None:
        """Keep nothing in mind that may have been forgotten."""
        self.forgettings += 1
        self._start_anew()

    def _start_anew(self) -> None:
        self._seen = 0
        self._corrections.clear()
        self._targets.clear()
        self._latest = (0, Corrections())

    def find(self, ids: Iterable[str]) -> dict[str, Entry[Event]]:
        """The entries with these ids, as they were recorded."""
        found = codec.decode_all(self._store.by_id(self._ledger, list(ids)))
        return {entry.id: entry for entry in found}

    def recorded(self, entries: Sequence[Entry[Event]]) -> None:
        """Take note of entries that were just written, to read no corrections where none are."""
        if not entries or entries[0].seq != self._seen + 1:
            return
        for entry in entries:
            if isinstance(entry.event, _CORRECTIONS):
                return
        self._seen = entries[-1].seq

    def unknown_corrections(self, upto: int) -> list[Entry[Event]]:
        """Entries without a date that this program does not know."""
        known = self._corrections_upto(upto)
        return [entry for entry in known if isinstance(entry.event, UnknownEvent)]

    def corrections(self, upto: int) -> Corrections:
        """What the corrections among the first ``upto`` entries come to."""
        known = self._corrections_upto(upto)
        count, corrections = self._latest
        if count != len(known):
            corrections = Corrections.of(known, self._targets.get)
            self._latest = (len(known), corrections)
        return corrections

    def _corrections_upto(self, upto: int) -> list[Entry[Event]]:
        if self._catalogue != catalogue.size:
            # What was unknown may be known by now.
            self._catalogue = catalogue.size
            self._start_anew()
        if upto > self._seen:
            rows = self._store.corrections(self._ledger, after=self._seen, upto=upto)
            new = list(codec.decode_all(rows))
            if self._seen and any(isinstance(entry.event, SubjectForgotten) for entry in new):
                self.forget()
                return self._corrections_upto(upto)
            targets = {target for entry in new if (target := _target(entry)) is not None}
            self._targets |= self.find(targets - self._targets.keys())
            self._corrections += new
            self._seen = upto
        if upto == self._seen:
            return self._corrections
        return [entry for entry in self._corrections if entry.seq <= upto]

    def disturbed(self, seen: int, reached: Place, window: Window) -> bool:
        """Whether anything up to a place was recorded or corrected after ``seen`` entries."""
        if seen == window.upto:
            return False
        known = self._corrections_upto(window.upto)
        corrected_since = {_target(entry) for entry in known if entry.seq > seen}
        for id_ in corrected_since:
            target = self._targets.get(id_ or "")
            if target is None:
                continue
            versions = [target.event, *(_amendment(e) for e in known if _target(e) == id_)]
            # Where it was, where it is, and where it may have been in between.
            if any(
                (getattr(event, "on", None) or "9", target.seq) <= reached for event in versions
            ):
                return True
        return self._store.touched(
            self._ledger, after=seen, upto=window.upto, place=reached, types=window.types
        )

    def history(self, window: Window, after: Place = START) -> Iterator[Entry[Event]]:
        """The entries of a window behind a place, corrected and in order.

        Reads page by page. What others record meanwhile is not in the window.
        """
        return corrected(
            codec.decode_all(chain.from_iterable(self._pages(window, after))),
            self.corrections(window.upto),
            lambda entry: (
                after < place(entry)
                and place(entry)[0] <= window.until
                and (window.types is None or entry.type in window.types)
            ),
        )

    def _pages(self, window: Window, after: Place) -> Iterator[list[Slim]]:
        while True:
            page = self._store.facts(
                self._ledger,
                after=after,
                until=window.until,
                upto=window.upto,
                types=window.types,
                limit=PAGE,
            )
            if not page:
                return
            yield page
            after = self._store.place(self._ledger, page[-1][0])

    def log(self, upto: int) -> Iterator[Entry[Event]]:
        """The first ``upto`` entries as they were recorded, by number."""
        for rows in log_pages(self._store, self._ledger, upto):
            yield from codec.decode_all((row.seq, row.type, row.body, row.personal) for row in rows)


def log_pages(store: Store, ledger: str, upto: int, *, after: int = 0) -> Iterator[list[Row]]:
    """The rows of a ledger numbered above ``after`` up to ``upto``, page by page, as there are."""
    while after < upto and (rows := store.log(ledger, after=after, upto=upto, limit=PAGE)):
        yield rows
        after = rows[-1].seq


_CORRECTIONS: Final = (EntryVoided, EntryAmended)


def _target(entry: Entry[Event]) -> str | None:
    event = entry.event
    return event.target if isinstance(event, _CORRECTIONS) else None


def _amendment(entry: Entry[Event]) -> Event | None:
    return entry.event.event if isinstance(entry.event, EntryAmended) else None
