"""What a projection sees: the entries with every correction applied, in the order of life.

This is the one place where corrections are applied and order is made. A history is ordered by
place: the date an entry's event happened, then its number in the ledger. An amended entry keeps
its number, so it keeps its place among the entries of the same day.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from heapq import merge
from typing import Generic, NamedTuple, TypeVar, cast

import attrs
import msgspec

from careerledger.dates import PartialDate
from careerledger.errors import FieldError
from careerledger.events import Action, Event, UnknownEvent
from careerledger.events.correction import EntryAmended, EntryVoided

__all__ = ["Corrections", "Draft", "Entry", "Place", "corrected", "place"]

E = TypeVar("E", bound=Event)
E_co = TypeVar("E_co", bound=Event, covariant=True)

Place = tuple[str, int]
"""A position in a history: when it happened, then the entry's number."""


class Entry(msgspec.Struct, Generic[E_co], frozen=True, kw_only=True, gc=False):
    """An event as it stands in a ledger.

    All but ``seq`` is in its bytes. ``msgspec.structs.replace`` makes an entry with other values.
    """

    id: str
    """Unique, forever; what corrections and evidence refer to."""
    type: str
    """The event type's name on disk."""
    version: int
    """The version of the event's fields on disk."""
    recorded_at: datetime
    """The UTC instant at which the ledger knew it; later for each later record."""
    key: str | None
    """The import key, under which the same content is recorded only once."""
    source: str | None = None
    """Who or what says so, such as ``"me"`` or ``"linkedin"``; None: not stated."""
    batch: str | None = None
    """What was recorded together with it and can be undone as a whole; None: nothing."""
    event: E_co
    seq: int = 0
    """Its number in the ledger, from 1."""


@attrs.frozen
class Draft:
    """An event from outside that is not recorded yet.

    Recording it twice is harmless: the ledger knows it again by its key.
    """

    event: Action
    key: str

    def __attrs_post_init__(self) -> None:
        if not isinstance(cast("object", self.key), str) or not self.key:
            raise FieldError(f"key of Draft is {self.key!r}; it must be text that names its source")


def place(entry: Entry[Event]) -> Place:
    """The position of a fact in its history."""
    return (_on(entry) or "", entry.seq)


def _on(entry: Entry[Event]) -> PartialDate | None:
    event = entry.event
    return event.on if isinstance(event, Action | UnknownEvent) else None


class Corrections(NamedTuple):
    """What the corrections of a ledger come to."""

    hidden: frozenset[int] = frozenset()
    """Numbers of the entries that no longer stand as they were recorded."""
    amended: tuple[Entry[Event], ...] = ()
    """The entries that stand in the place of amended ones, in history order."""
    voided: frozenset[str] = frozenset()
    """Ids of the entries that were voided."""

    @classmethod
    def of(
        cls, corrections: Iterable[Entry[Event]], find: Callable[[str], Entry[Event] | None]
    ) -> "Corrections":
        """Apply corrections in the order they were recorded; the last amendment counts.

        Args:
            corrections: Entries of EntryVoided and EntryAmended, by their number. Others, such
                as corrections that only a newer program knows, do not count.
            find: The entry with an id, as it was recorded; None where there is none.
        """
        voided: set[str] = set()
        latest: dict[str, EntryAmended] = {}
        for entry in corrections:
            if isinstance(entry.event, EntryVoided):
                voided.add(entry.event.target)
            elif isinstance(entry.event, EntryAmended):
                latest[entry.event.target] = entry.event
        targets = {id_: found for id_ in voided | set(latest) if (found := find(id_))}
        amended = [
            _in_place_of(targets[id_], amendment.event)
            for id_, amendment in latest.items()
            if id_ in targets and id_ not in voided
        ]
        return cls(
            hidden=frozenset(entry.seq for entry in targets.values()),
            amended=tuple(sorted(amended, key=place)),
            voided=frozenset(voided),
        )


def _in_place_of(target: Entry[Event], event: Event) -> Entry[Event]:
    if isinstance(event, UnknownEvent):
        name, version = event.type, event.version
    else:
        name, version = event.__event__.name, event.__event__.version
    return msgspec.structs.replace(target, event=event, type=name, version=version)


def corrected(
    facts: Iterable[Entry[Event]], corrections: Corrections, keep: Callable[[Entry[Event]], bool]
) -> Iterator[Entry[Event]]:
    """The history: facts in order of place, with the corrections applied.

    Args:
        facts: The entries as they were recorded, already in order of place.
        corrections: What has been corrected.
        keep: Which of the amended entries the caller asked for.
    """
    if not corrections.hidden:
        return iter(facts)
    standing = (entry for entry in facts if entry.seq not in corrections.hidden)
    return merge(standing, filter(keep, corrections.amended), key=place)
