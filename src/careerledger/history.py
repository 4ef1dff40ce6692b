"""Histories: the entries with all corrections applied, in the order in which they happened.

Only this file applies corrections and defines the order. A history is ordered by place: the date of
the entry's event, then the entry's number in the ledger. An amended entry keeps its number, and so
its place among the entries of the same date.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from heapq import merge
from typing import Generic, NamedTuple, TypeVar, cast

import attrs
import msgspec

from careerledger.arguments import check_items, wrong
from careerledger.dates import PartialDate
from careerledger.errors import FieldError
from careerledger.events import Action, Event, UnknownEvent
from careerledger.events.correction import EntryAmended, EntryVoided
from careerledger.text import shown

__all__ = [
    "Corrections",
    "Draft",
    "Entry",
    "Place",
    "apply_corrections",
    "check_history",
    "id_of",
    "place",
]

E = TypeVar("E", bound=Event)
E_co = TypeVar("E_co", bound=Event, covariant=True)

Place = tuple[str, int]
"""A position in a history: the date of the event, then the entry's number."""


class Entry(msgspec.Struct, Generic[E_co], frozen=True, kw_only=True, gc=False):
    """An event as recorded in a ledger.

    Its bytes contain everything except ``seq``. To copy an entry with other values, use
    ``msgspec.structs.replace``.
    """

    id: str
    """The permanent, unique id to which corrections and evidence refer."""
    type: str
    """The event type's name on disk."""
    version: int
    """The version of the event's fields on disk."""
    recorded_at: datetime
    """The UTC instant at which the ledger learned of it; it increases with ``seq``."""
    key: str | None
    """The import key, which makes recording the same content twice harmless."""
    source: str | None = None
    """Who or what stated it, such as ``"me"`` or ``"linkedin"``; None: not stated."""
    batch: str | None = None
    """The batch it was recorded in, which can be undone as a whole; None: no batch."""
    event: E_co
    seq: int = 0
    """The entry's number in the ledger, from 1."""


@attrs.frozen
class Draft:
    """An event from another program that is not recorded yet.

    Recording it twice is harmless: the ledger recognises its key.
    """

    event: Action
    key: str

    def __attrs_post_init__(self) -> None:
        if not isinstance(cast("object", self.key), str) or not self.key:
            raise FieldError(
                f"key of Draft is {shown(self.key)}; "
                "it must be non-empty text, such as 'linkedin:jane'"
            )


def id_of(entry: object) -> str:
    """Return the id of an entry that is passed as itself or as its id, else raise ArgumentError."""
    if isinstance(entry, str):
        return entry
    if not isinstance(entry, Entry):
        hint = ", such as ledger.entry(number) returns" if type(entry) is int else ""
        raise wrong("entry", entry, f"it must be an entry or its id{hint}")
    return cast("Entry[Event]", entry).id


def check_history(history: object) -> list[Entry[Event]]:
    """Return an argument that must be a history as a list, else raise ArgumentError."""
    entries = check_items("history", history, "ledger.entries()")
    for entry in entries:
        if not isinstance(entry, Entry):
            raise wrong("history", entry, "it must consist of entries, as ledger.entries() yields")
    return entries


def place(entry: Entry[Event]) -> Place:
    """Return the position of an entry in its history."""
    return (_on(entry) or "", entry.seq)


def _on(entry: Entry[Event]) -> PartialDate | None:
    event = entry.event
    return event.on if isinstance(event, Action | UnknownEvent) else None


class Corrections(NamedTuple):
    """The combined effect of a ledger's corrections."""

    hidden: frozenset[int] = frozenset()
    """Numbers of the entries that were voided or amended, as recorded."""
    amended: tuple[Entry[Event], ...] = ()
    """The amended entries with their new events, in history order."""

    @classmethod
    def of(
        cls, corrections: Iterable[Entry[Event]], find: Callable[[str], Entry[Event] | None]
    ) -> "Corrections":
        """Combine corrections in the order in which they were recorded; the last one counts.

        Args:
            corrections: Entries of EntryVoided and EntryAmended, ordered by number. Others are
                ignored, such as corrections that only a newer program knows.
            find: Returns the entry with an id as it was recorded, or None.
        """
        latest: dict[str, EntryVoided | EntryAmended] = {}
        for entry in corrections:
            if isinstance(entry.event, EntryVoided | EntryAmended):
                latest[entry.event.target] = entry.event
        targets = {id_: target for id_ in latest if (target := find(id_))}
        amended = [
            _with_event(targets[id_], correction.event)
            for id_, correction in latest.items()
            if id_ in targets and isinstance(correction, EntryAmended)
        ]
        return cls(
            hidden=frozenset(entry.seq for entry in targets.values()),
            amended=tuple(sorted(amended, key=place)),
        )


def _with_event(entry: Entry[Event], event: Event) -> Entry[Event]:
    """Return the entry with another event in place of its own."""
    if isinstance(event, UnknownEvent):
        name, version = event.type, event.version
    else:
        name, version = event.__event__.name, event.__event__.version
    return msgspec.structs.replace(entry, event=event, type=name, version=version)


def apply_corrections(
    facts: Iterable[Entry[Event]],
    corrections: Corrections,
    keep: Callable[[Entry[Event]], bool],
    *,
    latest_first: bool = False,
) -> Iterator[Entry[Event]]:
    """Return the history: the facts in order of place, with the corrections applied.

    Args:
        facts: The entries as they were recorded, in order of place.
        corrections: The corrections to apply.
        keep: Whether an amended entry is one that the caller asked for.
        latest_first: Whether ``facts`` and the result are in reverse order.
    """
    if not corrections.hidden:
        return iter(facts)
    unchanged = (entry for entry in facts if entry.seq not in corrections.hidden)
    amended = filter(keep, reversed(corrections.amended) if latest_first else corrections.amended)
    return merge(unchanged, amended, key=place, reverse=latest_first)
