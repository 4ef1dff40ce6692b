"""Compare a reading with a ledger: what is new, known, changed, matched, gone.

A plan writes nothing. Each draft is sought, one to one, among the statements of its own source,
first by its key and then by likeness, then among all other facts. Drafts that introduce an id come
before drafts that refer to it; ids of the ledger are never changed.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Final, Literal, cast

import attrs

from careerledger.answers.likeness import STAGES, across_sources
from careerledger.answers.reading import LeftOut, Reading
from careerledger.errors import RecordError
from careerledger.events import Action, Event, introduced, referred, with_renamed_ids
from careerledger.events.correction import EntryAmended, EntryVoided
from careerledger.events.nfc import event_in_nfc
from careerledger.events.role import RoleEnded
from careerledger.history import Entry
from careerledger.statements import StatedFact, differing, facts_in

__all__ = ["STATES", "Item", "Plan", "make_plan"]

State = Literal["new", "known", "changed", "matched", "gone", "reopened", "forgotten", "refused"]
STATES: Final[tuple[State, ...]] = (
    "new", "changed", "matched", "known", "gone", "reopened", "forgotten", "refused",
)  # fmt: skip


@attrs.frozen(kw_only=True)
class Item:
    """What becomes of one draft, or of a fact that the file no longer states."""

    state: State
    event: Action
    """The draft's event with the ids of the ledger."""
    key: str
    entry: str | None = None
    """The id of the fact's entry; None: it is recorded by the plan."""
    seq: int | None = None
    """The number of that entry."""
    fields: tuple[str, ...] = ()
    """Where something else counts than the draft says: another source or the person was first."""
    reason: str = ""
    """Why the item has its state, where that is not plain."""
    statements: tuple[tuple[Event, str | None], ...] = attrs.field(default=(), repr=False)
    """What is recorded: events and corrections, each with its key."""


@attrs.frozen(kw_only=True)
class Plan:
    """A reading compared with a ledger; ``Ledger.record`` records it."""

    source: str
    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...]
    size: int
    """How many entries the ledger had."""

    @property
    def statements(self) -> list[tuple[Event, str | None]]:
        """What is recorded: events and corrections, each with its key."""
        return [each for item in self.items for each in item.statements]

    @property
    def counts(self) -> dict[State, int]:
        """The number of items in each state."""
        found = Counter(item.state for item in self.items)
        return {state: found[state] for state in STATES}

    def without_refused(self, record: "Callable[[Plan], Sequence[object]]") -> "Plan":
        """Return the plan with those items refused that a ledger like this one does not record.

        Args:
            record: Records a plan in a copy of the ledger, and returns the new entries.
        """
        try:
            record(self)
        except RecordError:
            return self._one_by_one(record)
        return self

    def _one_by_one(self, record: "Callable[[Plan], Sequence[object]]") -> "Plan":
        waiting = {number: item for number, item in enumerate(self.items) if item.statements}
        size, refused, last = self.size, dict[int, str](), -1
        while len(waiting) != last:  # what refers to another item waits for it
            last, refused = len(waiting), {}
            for number, item in list(waiting.items()):
                try:
                    size += len(record(attrs.evolve(self, items=(item,), size=size)))
                    del waiting[number]
                except RecordError as error:
                    refused[number] = str(error)
        items = [
            attrs.evolve(item, state="refused", reason=refused[number], statements=())
            if number in refused
            else item
            for number, item in enumerate(self.items)
        ]
        return attrs.evolve(self, items=tuple(items))


def make_plan(
    reading: Reading,
    log: Sequence[Entry[Event]],
    *,
    salt: str,
    forgotten: Iterable[str] = (),
    prune: bool = False,
) -> Plan:
    """Compare a reading with a ledger.

    Args:
        reading: The reading.
        log: Every entry of the ledger as it was recorded, by number.
        salt: Hexadecimal digits for the keys of people, if the ledger has none yet.
        forgotten: The people who were forgotten, each as ``"kind:id"``.
        prune: Whether what is gone is taken back.
    """
    return _Planner(reading, log, salt, frozenset(forgotten)).plan(prune=prune)


class _Planner:
    def __init__(
        self, reading: Reading, log: Sequence[Entry[Event]], salt: str, forgotten: frozenset[str]
    ) -> None:
        self.reading, self.source, self.forgotten = reading, reading.source, forgotten
        self.size = len(log)
        self.facts = facts_in(log)
        self.own = {id_ for id_, fact in self.facts.items() if self.source in fact.statements}
        self.key_of = {id_: self.facts[id_].statements[self.source].key for id_ in self.own}
        salt = next(filter(None, map(_salt_in, self.facts.values())), salt)
        self.drafts = {
            number: _with_opaque_key(event_in_nfc(draft.event), draft.key, reading.source, salt)
            for number, draft in enumerate(reading.drafts)
        }
        self.names: dict[str, str] = {}
        """The id of the ledger for each id of the drafts, which is written as ``"kind:id"``."""
        self.ids = {
            name
            for fact in self.facts.values()
            for event in (fact.entry.event, fact.last_event)
            if (name := introduced(event)) is not None
        }
        """Every id that the ledger ever had, each as ``"kind:id"``."""
        self.free = set(self.facts)
        """The facts that no draft was found to be."""
        self.items: dict[int, Item] = {}

    def plan(self, *, prune: bool) -> Plan:
        for layer in self._layers():
            events = {
                number: cast("Action", with_renamed_ids(self.drafts[number][0], self.names))
                for number in layer
            }
            found = self._sought(events)
            for number, event in events.items():
                self._decide(number, event, found.get(number))
        items = [self.items[number] for number in sorted(self.items)]
        return Plan(
            source=self.source,
            items=(*items, *self._gone(prune=prune)),
            left_out=self.reading.left_out,
            size=self.size,
        )

    def _layers(self) -> Iterable[list[int]]:
        """Yield the drafts: those first that refer to nothing which another introduces."""
        waiting = dict(self.drafts)
        while waiting:
            begun = {introduced(event) for event, _ in waiting.values()} - {None}
            layer = [
                number
                for number, (event, _) in waiting.items()
                if begun.isdisjoint(
                    f"{kind}:{id_}"
                    for _, id_, kinds in referred(event)
                    for kind in kinds
                    if f"{kind}:{id_}" != introduced(event)
                )
            ]
            yield layer or list(waiting)
            for number in layer or list(waiting):
                del waiting[number]

    def _sought(self, events: Mapping[int, Action]) -> dict[int, str]:
        """Return the facts that these drafts are, by their numbers."""
        found: dict[int, str] = {}
        own = self.own & self.free
        by_key = {(self.key_of[id_], self._kind(id_)): id_ for id_ in own}
        for number, event in events.items():
            id_ = by_key.get((self.drafts[number][1], type(event)))
            if id_ is not None and id_ in self.free:
                found[number] = id_
                self.free.discard(id_)
        for stage in (*STAGES, None):
            left = {number: event for number, event in events.items() if number not in found}
            if stage is None:
                more = self._sought_elsewhere(left)
            else:
                statements = [
                    (id_, stated)
                    for id_ in sorted(own & self.free)
                    if isinstance(stated := self.facts[id_].statements[self.source].event, Action)
                ]
                more = stage(left, statements)
            found |= more
            self.free.difference_update(more.values())
        return found

    def _sought_elsewhere(self, events: Mapping[int, Action]) -> dict[int, str]:
        """Return the facts among those that the source does not state now."""
        others = sorted(self.free - self.own)
        by_key = {
            (fact.latest.key, fact.entry.source): id_
            for id_ in others
            if (fact := self.facts[id_]).latest is not None and not fact.statements
        }
        found: dict[int, str] = {}
        for number, event in events.items():  # what was undone comes back under its key
            id_ = by_key.get((self.drafts[number][1], self.source))
            if id_ is not None and self._kind(id_) is type(event) and id_ not in found.values():
                found[number] = id_
        taken = set(found.values())
        candidates = [
            (id_, event)
            for id_ in others
            if id_ not in taken
            for event in _statements_of(self.facts[id_])
        ]
        left = {number: event for number, event in events.items() if number not in found}
        return found | across_sources(left, candidates)

    def _kind(self, id_: str) -> type[Event]:
        return type(self.facts[id_].last_event)

    def _decide(self, number: int, event: Action, id_: str | None) -> None:
        """Decide what becomes of a draft."""
        key = self.drafts[number][1]
        fact = None if id_ is None else self.facts[id_]
        if fact is None:
            if self._is_forgotten(event):
                self.items[number] = Item(state="forgotten", event=event, key=key)
                return
            event = self._with_new_id(number, event)
            self.items[number] = Item(state="new", event=event, key=key, statements=((event, key),))
            return
        event = self._with_id_of(number, event, fact)
        stated = fact.statements.get(self.source)
        after = fact.said(self.source, key, event)
        counts = after.event
        item = Item(
            state="known",
            event=event,
            key=key,
            entry=fact.entry.id,
            seq=fact.entry.seq,
            fields=() if counts is None else differing(event, counts),
        )
        if self._is_forgotten(event):
            self.items[number] = attrs.evolve(item, state="forgotten", fields=())
        elif fact.voided_by is not None:
            why = getattr(fact.voided_by.event, "reason", "")
            reason = f"#{fact.entry.seq} was voided by hand: {why}"
            self.items[number] = attrs.evolve(item, state="refused", reason=reason, fields=())
        elif stated is not None and (stated.key, stated.event) == (key, event):
            self.items[number] = item
        else:
            others = fact.statements.keys() - {self.source}
            state: State = "changed" if stated is not None else "matched" if others else "new"
            statements = self._statements(fact, after, key)
            self.items[number] = attrs.evolve(item, state=state, statements=statements)

    def _with_new_id(self, number: int, event: Action) -> Action:
        """Return a new fact's event with an id that the ledger never had."""
        name = introduced(event)
        if name is None:
            return event
        kind, _, wanted = name.partition(":")
        if kind == "contact":  # an id stays in the log when the person is forgotten
            wanted = f"{self.source}-{self.drafts[number][1][-8:]}"
        id_, count = wanted, 1
        while f"{kind}:{id_}" in self.ids:
            count += 1
            id_ = f"{wanted}-{count}"
        self.ids.add(f"{kind}:{id_}")
        return self._with_id(number, event, f"{kind}:{id_}")

    def _with_id_of(self, number: int, event: Action, fact: StatedFact) -> Action:
        name = introduced(fact.last_event)
        return event if name is None else self._with_id(number, event, name)

    def _with_id(self, number: int, event: Action, name: str) -> Action:
        drafted, id_ = introduced(self.drafts[number][0]), name.partition(":")[2]
        if drafted is None:
            return event
        self.names[drafted] = id_
        return cast("Action", with_renamed_ids(event, {str(introduced(event)): id_}))

    def _is_forgotten(self, event: Action) -> bool:
        names = {introduced(event)}
        names |= {f"{kind}:{id_}" for _, id_, kinds in referred(event) for kind in kinds}
        return not self.forgotten.isdisjoint(name for name in names if name is not None)

    def _statements(
        self, fact: StatedFact, after: StatedFact, key: str | None
    ) -> tuple[tuple[Event, str | None], ...]:
        """Return the statement, and what counts after it where that is something else."""
        stated, target = after.statements.get(self.source), fact.entry.id
        statement: Event
        if stated is None:
            statement = EntryVoided(target=target, reason=f"{self.source} no longer states it")
        else:
            reason = f"{self.source} states it"
            statement = EntryAmended(target=target, event=stated.event, reason=reason)
        counts = after.event
        if counts is None or (stated is not None and stated.event == counts):
            return ((statement, key),)
        together = EntryAmended(target=target, event=counts, reason="all statements together")
        return ((statement, key), (together, None))

    def _gone(self, *, prune: bool) -> Iterable[Item]:
        """Yield what the source stated and no longer does."""
        gone = {
            id_: event
            for id_ in sorted(self.own & self.free, key=lambda id_: self.facts[id_].entry.seq)
            if isinstance(event := self.facts[id_].statements[self.source].event, Action)
            and self._is_covered(event)
        }
        stays = self._still_needed(gone)
        listed = {introduced(item.event) for item in self.items.values()}
        for id_, event in gone.items():
            item = Item(
                state="gone",
                event=event,
                key=self.key_of[id_] or "",
                entry=id_,
                seq=self.facts[id_].entry.seq,
            )
            if isinstance(event, RoleEnded) and f"role:{event.role}" in listed:
                yield attrs.evolve(item, state="reopened", statements=self._taken_back(id_))
            elif id_ in stays:
                yield attrs.evolve(item, reason="other entries refer to it, so it stays")
            else:
                yield attrs.evolve(item, statements=self._taken_back(id_) if prune else ())

    def _still_needed(self, gone: Mapping[str, Action]) -> set[str]:
        """Return those facts that others name which stay, and that no other source states."""
        stays: set[str] = set()
        while True:
            named = _names_in(item.event for item in self.items.values()) | _names_in(
                event
                for id_, fact in self.facts.items()
                if (id_ not in gone or id_ in stays) and (event := fact.event) is not None
            )
            more = {
                id_
                for id_, event in gone.items()
                if introduced(event) in named and len(self.facts[id_].statements) == 1
            }
            if more <= stays:
                return stays
            stays |= more

    def _taken_back(self, id_: str) -> tuple[tuple[Event, str | None], ...]:
        fact = self.facts[id_]
        return self._statements(fact, fact.said(self.source, None, None), self.key_of[id_])

    def _is_covered(self, event: Action) -> bool:
        if type(event) not in self.reading.covers:
            return False
        if self.reading.period is None:
            return True
        first, last = self.reading.period
        return not event.on.is_before(first) and not last.is_before(event.on)


def _names_in(events: Iterable[Event]) -> set[str]:
    """Return the ids that events refer to, each as ``"kind:id"``."""
    return {
        f"{kind}:{id_}" for event in events for _, id_, kinds in referred(event) for kind in kinds
    }


def _statements_of(fact: StatedFact) -> list[Event]:
    events = [*(each.event for each in fact.statements.values()), fact.last_event]
    return [event for event in dict.fromkeys(events) if isinstance(event, Action)]


# Keys of people


def _with_opaque_key(event: Action, key: str, source: str, salt: str) -> tuple[Action, str]:
    """Return an event and its key; one about a person says nothing about that person."""
    if not _is_about_a_person(event):
        return event, key
    return event, f"{source}:person:{salt}:{sha256(f'{salt}:{key}'.encode()).hexdigest()[:32]}"


def _is_about_a_person(event: Action) -> bool:
    kind = type(event).__event__
    kinds = {name for _, names in kind.refers for name in names}
    return (
        bool(kind.personal) or "contact" in kinds or (kind.introduces or ("", ""))[1] == "contact"
    )


def _salt_in(fact: StatedFact) -> str | None:
    for statement in (fact.latest, *fact.statements.values()):
        found = _OPAQUE.fullmatch((statement.key if statement is not None else None) or "")
        if found is not None:
            return found[1]
    return None


_OPAQUE: Final = re.compile(r"[^:]+:person:([0-9a-f]{16}):[0-9a-f]{32}")
