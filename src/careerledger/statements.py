"""Facts: the statements of their sources, the word of the person, and the result.

A fact begins with an entry. Its sources state it in that entry and in corrections with a key, each
in place of its earlier statement; a void with a key takes a statement back. A correction without a
key is the person's word. Batches that were undone do not count. The result of all that is recorded
as a correction too (see ``events.correction``), so that whoever asks about a career need not know
any of this.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple, cast

import attrs

from careerledger.dates import PartialDate
from careerledger.errors import CorrectionError
from careerledger.events import Event, UnknownEvent
from careerledger.events.correction import BatchUndone, EntryAmended, EntryVoided, SubjectForgotten
from careerledger.history import Entry

__all__ = [
    "StatedFact",
    "Statement",
    "batches_to_undo",
    "combined",
    "differing",
    "facts_in",
    "undone_batches",
]


class Statement(NamedTuple):
    """What one source says of a fact."""

    key: str | None
    event: Event


@attrs.define
class StatedFact:
    """A fact with all that is said of it."""

    entry: Entry[Event]
    """The entry that it begins with."""
    statements: dict[str | None, Statement] = attrs.field(factory=dict[str | None, Statement])
    """What each source says now, in the order in which they first said it; None: the person."""
    latest: Statement | None = None
    """The latest statement of all, also if it was taken back or undone."""
    voided_by: Entry[Event] | None = None
    """The entry by which the person voided it."""
    rewritten: Event | None = None
    """The event by which the person amended all of it."""
    fields: dict[str, object] = attrs.field(factory=dict[str, object])
    """The fields that the person amended, with their values."""

    @property
    def event(self) -> Event | None:
        """What counts: None if no source states the fact, or the person voided it."""
        if self.voided_by is not None or not self.statements:
            return None
        return self._with_words(combined(each.event for each in self.statements.values()))

    @property
    def last_event(self) -> Event:
        """What counts, or else would count if the fact was in force."""
        stated = self.latest.event if self.latest is not None else self.entry.event
        events = [each.event for each in self.statements.values()] or [stated]
        return self._with_words(combined(events))

    def said(self, source: str | None, key: str | None, event: Event | None) -> "StatedFact":
        """Return the fact after a source said otherwise; None: it no longer says anything."""
        statements = dict(self.statements)
        if event is None:
            statements.pop(source, None)
            return attrs.evolve(self, statements=statements)
        statements[source] = Statement(key, event)
        return attrs.evolve(self, statements=statements, latest=statements[source])

    def _with_words(self, event: Event) -> Event:
        event = event if self.rewritten is None else self.rewritten
        known = {name for name in self.fields if hasattr(event, name)}
        if not known or isinstance(event, UnknownEvent):
            return event
        changed: Event = attrs.evolve(
            cast("Any", event), **{name: self.fields[name] for name in known}
        )
        return changed


def facts_in(log: Iterable[Entry[Event]]) -> dict[str, StatedFact]:
    """Return the facts of a log, by the ids of the entries that they begin with.

    Args:
        log: Every entry as it was recorded, by number.
    """
    log = list(log)
    undone = undone_batches(log)
    facts: dict[str, StatedFact] = {}
    for entry in log:
        event, counts = entry.event, entry.batch is None or entry.batch not in undone
        if isinstance(event, EntryVoided | EntryAmended):
            fact = facts.get(event.target)
            if fact is not None:
                _correct(fact, entry, event, counts=counts)
        elif hasattr(event, "on"):
            fact = facts[entry.id] = StatedFact(entry)
            fact.latest = Statement(entry.key, event)
            if counts:
                fact.statements[entry.source] = fact.latest
    return facts


def _correct(
    fact: StatedFact, entry: Entry[Event], event: EntryVoided | EntryAmended, *, counts: bool
) -> None:
    amended = event.event if isinstance(event, EntryAmended) else None
    if entry.key is not None:
        if amended is not None:
            fact.latest = Statement(entry.key, amended)
        if not counts:
            return
        if amended is None:
            fact.statements.pop(entry.source, None)
        else:
            fact.statements[entry.source] = Statement(entry.key, amended)
    elif entry.source is None and counts:
        if not isinstance(event, EntryAmended):
            fact.voided_by = entry
            return
        fact.voided_by = None
        if event.fields:
            fact.fields |= {name: getattr(event.event, name) for name in event.fields}
        else:
            fact.rewritten, fact.fields = event.event, {}


def undone_batches(log: Iterable[Entry[Event]]) -> frozenset[str]:
    """Return the batches that do not count: undone, by an undo that was not undone itself."""
    undone: set[str] = set()
    for entry in reversed([entry for entry in log if isinstance(entry.event, BatchUndone)]):
        if entry.batch is None or entry.batch not in undone:
            undone.update(cast("BatchUndone", entry.event).batches)
    return frozenset(undone)


def batches_to_undo(
    log: Iterable[Entry[Event]], batch: str | None, source: str | None
) -> list[str]:
    """Return the batches that an undo is about; CorrectionError if there are none in force.

    Args:
        log: Every entry as it was recorded.
        batch: The name of a batch. None: the last one in force that is not an undo.
        source: Of this source all batches.
    """
    log = list(log)
    undone = undone_batches(log)
    undos = {entry.batch for entry in log if isinstance(entry.event, BatchUndone)}
    last: dict[str, None] = {}
    for entry in log:
        counts = entry.batch is not None and entry.batch not in undone
        counts = counts and not isinstance(entry.event, SubjectForgotten)  # it is for good
        if counts and (source is None or entry.source == source):
            last.pop(entry.batch or "", None)
            last[entry.batch or ""] = None
    if batch is not None:
        chosen = [batch] if batch in last else []
    else:
        chosen = [name for name in last if name not in undos]
        chosen = chosen if source is not None else chosen[-1:]
    if chosen:
        return chosen
    if batch in undone:
        undo = next(
            entry.batch
            for entry in log
            if isinstance(entry.event, BatchUndone) and batch in entry.event.batches
        )
        raise CorrectionError(f"batch {batch!r} is undone already; undo {undo!r} to redo it")
    of = "" if source is None else f" of the source {source!r}"
    raise CorrectionError(
        f"there is no batch {batch!r}{of} in force"
        if batch is not None
        else f"there is no batch{of} left to undo"
    )


def combined(events: Iterable[Event]) -> Event:
    """Return what several sources say together.

    Each field has the value of the first source that states one other than the field's default;
    of dates the most precise counts.

    Args:
        events: The event of each source, at least one.
    """
    first, *others = events
    others = [other for other in others if type(other) is type(first)]
    if not others or isinstance(first, UnknownEvent):
        return first
    changes: dict[str, Any] = {}
    for field in attrs.fields(cast("Any", type(first))):
        values = [getattr(each, field.name) for each in (first, *others)]
        value = _first_of([each for each in values if _is_stated(each, field)] or values)
        if value != values[0]:
            changes[field.name] = value
    together: Event = attrs.evolve(cast("Any", first), **changes)
    return together


def _is_stated(value: object, field: "attrs.Attribute[Any]") -> bool:
    return value is not None and value != _default_of(field)


def _default_of(field: "attrs.Attribute[Any]") -> object:
    default = cast("Any", field.default)
    return default.factory() if hasattr(default, "factory") else default


def _first_of(values: list[object]) -> object:
    """Return the first value; of dates the most precise."""
    dates = [value for value in values if isinstance(value, PartialDate)]
    return max(dates, key=len) if len(dates) == len(values) else values[0]


def differing(one: Event, other: Event) -> tuple[str, ...]:
    """Return the names of the fields in which two events of one class differ."""
    return tuple(
        field.name
        for field in attrs.fields(cast("Any", type(one)))
        if getattr(one, field.name) != getattr(other, field.name)
    )
