"""Keep ids whole: those that events refer to exist, those that they introduce are new.

Every check looks at a ledger as it will be, with the new events and the corrections together. It
asks the store for the ids concerned, and never reads the whole ledger.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple, cast

from careerledger.dates import PartialDate
from careerledger.errors import (
    IntroducedTwiceError,
    OrderError,
    ReferencedError,
    UnknownReferenceError,
)
from careerledger.events import Action, Event, UnknownEvent, ids_in, introduced, referred
from careerledger.journal.read import Fact, Journal, decode_rows
from careerledger.stores import Query, Row, decode_names

__all__ = ["Change", "References"]


class Change(NamedTuple):
    """A correction of a fact."""

    fact: Fact
    """The fact before."""
    event: Action | None
    """Its event from now on; None: it is voided."""


class _Reference(NamedTuple):
    """An id that an event refers to, in one of its fields."""

    event: Event
    field: str
    id: str
    kinds: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        return [f"{kind}:{self.id}" for kind in self.kinds]


class _Introduction(NamedTuple):
    """The fact that introduces an id."""

    id: str
    """The id of its entry."""
    on: PartialDate
    """When it happened."""


class References:
    """The ids that the entries of a ledger introduce."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._introduced: dict[str, _Introduction] = {}
        """Names that were looked up, each with an entry that introduces it."""
        self._names: dict[str, str] = {}
        """For each of these entries its name."""
        self._seen = 0
        """Up to which number corrections of these entries were looked for."""
        self._generation = journal.generation

    def check(self, events: Sequence[Action], changes: Mapping[str, Change], size: int) -> None:
        """Check that these events and corrections can be recorded together.

        Args:
            events: The new events; they may refer to each other in any order.
            changes: The corrections, by the ids of the entries that they are about.
            size: How many entries the ledger has.

        Raises:
            IntroducedTwiceError: An event introduces an id that is taken.
            UnknownReferenceError: An event refers to an id that nothing introduces.
            ReferencedError: A correction removes an id that other entries refer to.
            OrderError: Something ends or changes before it begins.
        """
        self._catch_up(size)
        stated = [*events, *(change.event for change in changes.values() if change.event)]
        new, begun, moved, lost = _effects(events, changes)
        needed = self._unknown_here(stated, changes)
        wanted = {*new, *lost, *(name for reference in needed for name in reference.names)}
        taken = self._introductions(wanted, changes) if wanted else {}
        for name, several in new.items():
            if name in taken or len(several) > 1:
                raise self._introduced_twice(several[-1], name, taken.get(name))
        known = {*taken, *begun}
        for reference in needed:
            if known.isdisjoint(reference.names):
                raise self._unknown(reference, begun)
        if lost - known and (stranded := self.stranded(lost - known, changes, begun)):
            raise _referenced(lost - known, stranded, changes)
        self._check_order(stated, begun, moved | (lost & new.keys()), changes)

    def check_known(self, kind: str, id_: str) -> None:
        """Raise UnknownReferenceError unless an entry introduced this id, corrected or not."""
        if not self._journal.rows(Query(introduces=[f"{kind}:{id_}"], limit=1)):
            raise UnknownReferenceError(
                f"unknown {kind} {id_!r}{self._suggestion(id_, (kind,), [])}"
            )

    def introduced_among(self, names: Sequence[str]) -> bool:
        """Return whether an entry in force introduces one of these ids."""
        return bool(names and self._introductions(names))

    def naming(self, names: Iterable[str], without: Collection[str] = ()) -> list[Fact]:
        """Return the facts in force that introduce or refer to ids, by number.

        Args:
            names: The ids, each as ``"kind:id"``.
            without: The ids of entries to leave out.
        """
        rows = (row for name in names for row in self._journal.rows(Query(names=name)))
        facts = self._journal.facts({row.target or row.id for row in rows} - set(without))
        wanted = set(names)
        return [
            fact
            for fact in facts.values()
            if fact.event is not None and wanted.intersection(_names_in(fact.row))
        ]

    def stranded(
        self, lost: set[str], without: Collection[str], begun: Collection[str] = ()
    ) -> list[Fact]:
        """Return the facts that refer to an id which nothing introduces any more, by number.

        Args:
            lost: The ids that were introduced until now, each as ``"kind:id"``.
            without: The ids of entries that do not count.
            begun: Other ids that are introduced from now on.
        """
        references = [
            (fact, names)
            for fact in self.naming(lost, without)
            for names in _alternatives(fact)
            if not lost.isdisjoint(names)
        ]
        others = {name for _, names in references for name in names} - lost
        known = {"contact:me", *begun, *(self._introductions(others, without) if others else ())}
        stranded = [fact for fact, names in references if known.isdisjoint(names)]
        return list({fact.recorded.seq: fact for fact in stranded}.values())

    def cascade(self, fact: Fact) -> list[Fact]:
        """Return the fact and all that would refer to nothing without it, one after another."""
        all_of_them, last = [fact], [fact]
        while last:
            without = {each.recorded.id for each in all_of_them}
            lost = {each.row.introduces for each in last} - {None}
            names = {name for name in lost if name is not None}
            names -= self._introductions(names, without).keys() if names else set()
            last = self.stranded(names, without) if names else []
            all_of_them += last
        return all_of_them

    def _catch_up(self, size: int) -> None:
        """Forget the introductions that were corrected meanwhile, or are of another ledger."""
        if self._generation != self._journal.generation:
            self._generation = self._journal.generation
            self._introduced.clear()
            self._names.clear()
        if self._introduced and size > self._seen:
            for row in self._journal.rows(Query(after=self._seen, upto=size, dated=False)):
                self._introduced.pop(self._names.pop(row.target or "", ""), None)
        self._seen = size

    def _unknown_here(self, events: Sequence[Event], without: Collection[str]) -> list[_Reference]:
        """Return the references that need a look into the store."""
        needed: list[_Reference] = []
        seen: set[object] = set()
        """Many events refer to the same id, which is checked once: 0.3 µs less an event."""
        for event in events:
            for field, kinds in event.__event__.refers:
                value: object = getattr(event, field)
                if value and (kinds, value) not in seen:
                    seen.add((kinds, value))
                    needed += [
                        _Reference(event, field, id_, kinds)
                        for id_ in ids_in(value)
                        if not self._is_known(id_, kinds, without)
                    ]
        return needed

    def _is_known(self, id_: str, kinds: tuple[str, ...], without: Collection[str]) -> bool:
        """Whether an id is known without a look into the store."""
        for kind in kinds:
            introduction = self._introduced.get(f"{kind}:{id_}")
            if introduction is not None and introduction.id not in without:
                return True
        return id_ == "me" and "contact" in kinds

    def _introductions(
        self, names: Collection[str], without: Collection[str] = ()
    ) -> dict[str, _Introduction]:
        """Return which ids are introduced after corrections, each with a fact that does.

        Args:
            names: The ids, each as ``"kind:id"``.
            without: The ids of entries that do not count.
        """
        found: dict[str, _Introduction] = {}
        for name in names:
            known = self._introduced.get(name)
            if known is not None and known.id not in without:
                found[name] = known
        rows = self._introducing(set(names) - found.keys(), without)
        corrected_by = self._journal.last_corrections({row.target or row.id for row in rows})
        for row in rows:
            fact = row.target or row.id
            if row.introduces is not None and corrected_by.get(fact, row).seq == row.seq:
                on = row.on or _date_of(row)
                self._remember(row.introduces, _Introduction(fact, PartialDate(on)))
                if fact not in without:
                    found[row.introduces] = self._introduced[row.introduces]
        return found

    def _introducing(self, names: Collection[str], without: Collection[str]) -> list[Row]:
        """Return rows that introduce ids: of each one in force, if there is one."""
        if len(names) > _FEW:
            return self._journal.rows(Query(introduces=names))
        rows: list[Row] = []
        for name in names:
            # The newest is nearly always in force, however many amendments state the id again.
            newest = self._journal.rows(Query(introduces=[name], order="newest", limit=1))
            facts = [row.target or row.id for row in newest]
            last = [row.seq for row in self._journal.last_corrections(facts).values()]
            if set(facts) & set(without) or last not in ([], [row.seq for row in newest]):
                newest = self._journal.rows(Query(introduces=[name]))
            rows += newest
        return rows

    def _remember(self, name: str, introduction: _Introduction) -> None:
        older = self._names.get(introduction.id, name)
        if older != name:  # the entry was amended to another id
            self._introduced.pop(older, None)
        self._introduced[name] = introduction
        self._names[introduction.id] = name

    # Order

    def _check_order(
        self,
        events: Sequence[Action],
        begun: Mapping[str, PartialDate],
        moved: set[str],
        without: Collection[str],
    ) -> None:
        """Check that nothing ends or changes wholly before it begins.

        A coarse date gets the benefit of the doubt: what it stands for may be in order.

        Args:
            events: The events that are stated from now on.
            begun: When the ids that they introduce begin.
            moved: The ids that begin on another date than before.
            without: The ids of the entries that the events correct.
        """
        later = [(event, name) for event in events for name in _ended_or_changed(event)]
        if elsewhere := {name for _, name in later} - begun.keys():
            others = self._introductions(elsewhere, without)
            begun = {**begun, **{name: other.on for name, other in others.items()}}
        for fact in self.naming(moved, without) if moved else ():
            if isinstance(fact.event, Action):
                later += [(fact.event, name) for name in _ended_or_changed(fact.event)]
        for event, name in later:
            if name in begun and event.on.is_before(begun[name]):
                kind, _, id_ = name.partition(":")
                raise OrderError(
                    f"{type(event).__name__} of {event.on} lies before the {kind} {id_!r} begins, "
                    f"on {begun[name]}; correct the date that is wrong, or open the ledger with "
                    "strict=False"
                )

    # Messages

    def _introduced_twice(
        self, event: Event, name: str, other: _Introduction | None
    ) -> IntroducedTwiceError:
        kind, _, id_ = name.partition(":")
        where = "in the same record"
        if other is not None:
            where = f"by #{self._journal.find([other.id])[other.id].seq}"
        return IntroducedTwiceError(
            f"{kind} {id_!r} of {type(event).__name__} was introduced before {where}; "
            "choose another id, or amend that entry"
        )

    def _unknown(self, reference: _Reference, new: Iterable[str]) -> UnknownReferenceError:
        event, field, id_, kinds = reference
        return UnknownReferenceError(
            f"unknown {' or '.join(kinds)} {id_!r} in {field} of {type(event).__name__}"
            f"{self._suggestion(id_, kinds, new)} "
            "Record what introduces it first, or open the ledger with strict=False."
        )

    def _suggestion(self, id_: str, kinds: tuple[str, ...], new: Iterable[str]) -> str:
        """Return a hint at the id that the writer may have meant, as part of a sentence."""
        from difflib import get_close_matches  # noqa: PLC0415 - for a message alone

        former = self._journal.rows(Query(introduces=[f"{kind}:{id_}" for kind in kinds]))
        for row in self._journal.last_corrections(
            [row.target or row.id for row in former]
        ).values():
            kind, _, now = (row.introduces or "").partition(":")
            if kind in kinds:
                return f"; it was renamed to {now!r}."
        rows = chain.from_iterable(self._journal.rows(Query(kind=kind)) for kind in kinds)
        ids: dict[str, set[str]] = {}
        for name in {*(row.introduces for row in rows), *new} - {None}:
            kind, _, other = str(name).partition(":")
            if kind in kinds:
                ids.setdefault(other, set()).add(str(name))
        for near in get_close_matches(id_, sorted(ids.keys() - {id_}), n=5):
            if ids[near].intersection(new) or self._introductions(ids[near]):
                return f"; did you mean {near!r}?"
        return "; nothing introduced it."


def _effects(
    events: Sequence[Action], changes: Mapping[str, Change]
) -> tuple[dict[str, list[Event]], dict[str, PartialDate], set[str], set[str]]:
    """Return the effects of events and corrections on ids, each as ``"kind:id"``.

    Returns:
        The events that introduce new ids, when all ids that they introduce begin, which ids begin
        on another date than before, and which the corrected facts no longer introduce.
    """
    new: dict[str, list[Event]] = {}
    begun: dict[str, PartialDate] = {}
    moved: set[str] = set()
    lost: set[str] = set()
    for event in events:
        if name := introduced(event):
            new.setdefault(name, []).append(event)
            begun[name] = event.on
    for fact, changed in changes.values():
        before = fact.row.introduces
        now = None if changed is None else introduced(changed)
        if before is not None and before != now:
            lost.add(before)
        if changed is None or now is None:
            continue
        begun[now] = changed.on
        if before != now:
            new.setdefault(now, []).append(changed)
        elif not isinstance(fact.event, Action) or fact.event.on != changed.on:
            moved.add(now)
    return new, begun, moved, lost


def _ended_or_changed(event: Action) -> Iterator[str]:
    """Yield the ids of what an event ends or changes, each as ``"kind:id"``."""
    for statement in (event.__event__.ends, event.__event__.changes):
        if statement is not None and (id_ := getattr(event, statement[0])) is not None:
            yield f"{statement[1]}:{id_}"


def _names_in(row: Row) -> list[str]:
    """Return the ids that the event of a row introduces or refers to, each as ``"kind:id"``."""
    names = [] if row.names is None else decode_names(row.names)
    return names if row.introduces is None else [row.introduces, *names]


def _alternatives(fact: Fact) -> list[list[str]]:
    """Return for each reference of a fact the ids that it may mean, each as ``"kind:id"``."""
    if fact.event is not None and not isinstance(fact.event, UnknownEvent):
        return [[f"{kind}:{id_}" for kind in kinds] for _, id_, kinds in referred(fact.event)]
    by_id: dict[str, list[str]] = {}
    """Of an unknown event only the names are known: those of one id may be one reference."""
    for name in decode_names(fact.row.names or "[]"):
        by_id.setdefault(name.partition(":")[2], []).append(name)
    return list(by_id.values())


def _date_of(row: Row) -> PartialDate:
    """Return the date of the event in an amendment."""
    (entry,) = decode_rows([row])
    on: PartialDate = cast("Any", entry.event).event.on
    return on


def _referenced(
    lost: set[str], stranded: Sequence[Fact], changes: Mapping[str, Change]
) -> ReferencedError:
    """Return the error for facts that would refer to nothing."""
    kind, _, id_ = min(lost).partition(":")
    listed = ", ".join(
        f"#{entry.seq} ({entry.type}, {entry.id})" for entry, *_ in stranded[:_LISTED]
    )
    more = len(stranded) - _LISTED
    rest = f" and {more:,} more" if more > 0 else ""
    new = [introduced(change.event) for change in changes.values() if change.event is not None]
    same_kind = [name.partition(":")[2] for name in new if name and name.startswith(f"{kind}:")]
    fix = (
        f"ledger.rename({kind!r}, {id_!r}, {same_kind[0]!r}, reason=…) amends them too"
        if same_kind
        else "void them too (cascade=True), or correct them in the same record"
    )
    error = ReferencedError(
        f"{kind} {id_!r} would no longer exist, but is referred to by {listed}{rest}; {fix}"
    )
    error.entries = tuple(fact.recorded for fact in stranded)
    return error


_FEW: Final = 8
"""How many ids are looked for one by one."""
_LISTED: Final = 10
"""How many entries an error names."""
