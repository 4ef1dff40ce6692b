"""From digits to a career: each draw becomes an event, and some events are corrected later.

A career is a flat list of draws, each a few digits that a total, pure function turns into one
event, and into what becomes of it: most are left as they are, some are voided or amended a few
entries later. A reference counts back from the newest of what was introduced, a date is a number
of days after the one before, and every text comes from one shared pool. So nothing is filtered,
deleting any draw leaves a career in which everything fits, and shrinking is quick.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cache, lru_cache
from typing import Any, Final, cast

import attrs

from careerledger.dates import PartialDate
from careerledger.events import Action, UnknownEvent, catalogue, introduced, referred
from careerledger.events.role import RoleEnded, RoleStarted
from careerledger.testing._careers import Amended, Step, Voided
from careerledger.testing._digits import (
    WORDS,
    MissingIdError,
    Reader,
    World,
    date_of,
    pick,
    reader_of,
    shifted,
)
from careerledger.testing._shapes import FieldShape, Known, Many, Maybe, Pairs, Shape, fields_of

DRAW_SIZE: Final = 17
"""How many digits a draw has: whether it is used at all, which Hypothesis then tries first to take
away; what it is, when, how precise its date is (and where it stands in another order); one
for each of four required fields; which of the optional fields (and its value), five times; whether
it is corrected (and how much later), and for an amendment the days by which it moves, and which
field changes, with one for its value."""
USED, _KIND, _WHEN, _HOW, _REQUIRED, _OPTIONAL = 0, 1, 2, 3, 4, 8
_FATE, _MOVE, _FIELD, _VALUE = 13, 14, 15, 16
_UNKNOWN_EVERY: Final = 5
"""One of so many draws becomes an event of an unknown type."""
_PRESENT: Final = 192
"""Of 256 optional fields, how many are filled."""
HEAD_SIZE: Final = 3
"""How many digits come before the draws: which kinds occur, when it begins, how coherent it is."""
RANKS: Final = 32
"""How many places there are in another order; steps of one place keep theirs."""
_SECOND: Final = bytes(digit * 151 % 256 for digit in range(256))
"""A value is made of two digits. The second follows from the first, and is 0 if that is."""

_STARTS: Final = tuple(
    date.fromisoformat(day)
    for day in ("2024-01-01", "2024-02-28", "2023-12-31", "2020-02-28", "2016-02-29", "2019-11-30")
)
_SOON: Final = (1, 0, 1, 7, 30, 0, 31, 90, 1, 14, 180, 59)
_GAPS: Final = (365, 366, 800)
_LATE: Final = (-1, -7, -30, -365)
_MOVED: Final = (0, 1, 0, -1, 30, 0, -30, 365)
"""Days by which an amendment moves an event."""
_PRECISIONS: Final = (10, 10, 10, 10, 10, 7, 7, 4)


@attrs.frozen(kw_only=True)
class CareerOptions:
    """Which careers are drawn."""

    kinds: tuple[type[Action], ...]
    late: bool = True
    corrections: bool = True
    amendments: bool = True
    unknown: bool = False
    coarse: bool = True
    overlaps: bool = True
    gaps: bool = True
    words: tuple[str, ...] = WORDS
    wild: int = 0
    """How many of 256 careers are such as only a lenient ledger takes."""
    often: int = 40
    """How many of 256 events are corrected."""


class _AnyIds(dict[str, Sequence[str]]):
    """Ids that may be used whether anything introduced them or not."""

    def get(self, kind: str, _default: object = None, /) -> Any:
        return self[kind]

    def __missing__(self, kind: str) -> Sequence[str]:
        return [f"{kind}-{number}" for number in (1, 2, 3)]


class CareerBuilder:
    """Turns draws into the steps of a career, one after the other."""

    def __init__(self, options: CareerOptions, head: bytes, sample: Callable[[Shape], Any]) -> None:
        kinds, start, wild = head
        self.options = options
        self.wild = wild >= 256 - options.wild
        self.kinds = _some_kinds(options.kinds, kinds)
        self.introducers = _introducers(options.kinds, catalogue.size)
        self.deltas = (
            *_SOON,
            *(_GAPS if options.gaps else ()),
            *(_LATE if options.late else ()),
        )
        self.steps: list[Step] = []
        self.ranks: list[int] = []
        """Where each step stands in another order."""
        self.pending: list[tuple[int, int, bytes]] = []
        """What will be corrected: after how many draws, the number of the entry, and its draw."""
        self.count = 0
        self.in_force: dict[int, Action] = {}
        self.ids_used: dict[str, int] = {}
        self.days: dict[str, str] = {}
        """When each id that stands was introduced."""
        ids: Mapping[str, Sequence[str]] = _AnyIds() if self.wild else {}
        self.world = World(pick(_STARTS, start), options.words, ids, self._new_id, sample)

    def add(self, draw: bytes) -> None:
        """Add the event that a draw stands for, and the corrections that are due."""
        self.count += 1
        if self.options.unknown and not draw[_KIND] % _UNKNOWN_EVERY:
            self._advance(draw)
            self.steps.append(unknown_event(self._date(draw)))
        else:
            self._add_event(pick(self.kinds, draw[_KIND]), draw)
        if self.pending:
            self._correct([due for due in self.pending if due[0] <= self.count])
        self.ranks[len(self.ranks) :] = [draw[_HOW] % RANKS] * (len(self.steps) - len(self.ranks))

    def finish(self) -> None:
        """Add the corrections that are still due."""
        self._correct(self.pending)
        self.ranks[len(self.ranks) :] = [RANKS - 1] * (len(self.steps) - len(self.ranks))

    def _advance(self, draw: bytes) -> None:
        self.world.day = shifted(self.world.day, pick(self.deltas, draw[_WHEN]))

    def _date(self, draw: bytes) -> PartialDate:
        length = pick(_PRECISIONS, draw[_HOW]) if self.options.coarse else 10
        return date_of(self.world.day, length)

    def _add_event(self, cls: type[Action], draw: bytes) -> None:
        self._advance(draw)
        if not self.options.overlaps:
            cls = self._without_overlap(cls)
        event = self.event(cls, draw, self._date(draw))
        self.steps.append(event)
        number = len(self.steps)
        self._put_in_force(number, event)
        corrects = self.options.corrections or self.options.amendments
        if corrects and draw[_FATE] >= 256 - self.options.often:
            delay = _DELAYS[draw[_FATE] // 2 % len(_DELAYS)]
            self.pending.append((self.count + delay, number, draw))

    def _without_overlap(self, cls: type[Action]) -> type[Action]:
        """Return the class, or for a role the start or end that keeps roles apart."""
        open_roles = sum(
            isinstance(event, RoleStarted) - isinstance(event, RoleEnded)
            for event in self.in_force.values()
        )
        if issubclass(cls, RoleStarted | RoleEnded):
            return RoleEnded if open_roles > 0 else RoleStarted
        return cls

    def event(self, cls: type[Action], draw: bytes, on: PartialDate) -> Action:
        """Return an event of the class, or of one that introduces what it would refer to."""
        world, tried = self.world, {cls}
        while True:
            try:
                event = cls(**_field_values(cls, draw, on, world))
                return self._not_before_its_references(event)
            except MissingIdError as missing:
                introducer = self.introducers.get(missing.kind)
                if introducer is None or introducer in tried:
                    # Nothing can introduce it, so it is referred to all the same.
                    ids = {**world.ids, missing.kind: [f"{missing.kind}-0"]}
                    world = attrs.evolve(world, ids=ids)
                else:
                    cls = introducer
                    tried.add(cls)

    def _not_before_its_references(self, event: Action) -> Action:
        if self.wild or (event.toward is None and len(event.__event__.refers) == 1):
            return event  # nothing but ``toward`` could refer to something
        on, days, earliest = event.on, self.days, ""
        for _, id_, kinds in referred(event):
            for kind in kinds:
                day = days.get(f"{kind}:{id_}", "")
                if day > on and day > earliest:
                    earliest = day
        if not earliest:
            return event
        today = date_of(self.world.day, 10)
        on = today if today >= earliest else PartialDate(earliest)
        return event.replace(on=on)

    def _new_id(self, kind: str, digit: int) -> str:
        if self.wild:
            return pick(self.world.ids[kind], digit)
        self.ids_used[kind] = self.ids_used.get(kind, 0) + 1
        return f"{kind}-{self.ids_used[kind]}"

    def _put_in_force(self, number: int, event: Action) -> None:
        self.in_force[number] = event
        name = introduced(event)
        if name is not None and not self.wild:
            kind, _, id_ = name.partition(":")
            known = [other for other in self.world.ids.get(kind, ()) if other != id_]
            self.world.ids = {**self.world.ids, kind: [id_, *known]}
            self.days[name] = event.on

    def _void(self, number: int) -> None:
        event = self.in_force.pop(number)
        name = introduced(event)
        if name is not None and not self.wild:
            kind, _, id_ = name.partition(":")
            known = [other for other in self.world.ids[kind] if other != id_]
            self.world.ids = {**self.world.ids, kind: known}

    def _correct(self, due: Sequence[tuple[int, int, bytes]]) -> None:
        for one in list(due):
            self.pending.remove(one)
            _, number, draw = one
            if self.options.corrections and not (self.options.amendments and draw[_FATE] % 2):
                self._void(number)
                self.steps.append(Voided(number))
            else:
                amended = self._amendment(self.in_force[number], draw)
                if self._resolves(amended):
                    self._put_in_force(number, amended)
                    self.steps.append(Amended(number, amended))

    def _amendment(self, event: Action, draw: bytes) -> Action:
        """Return the event at another date, with another field, or another event."""
        day = self.world.day
        self.world.day = shifted(event.on.first_day, pick(_MOVED, draw[_MOVE]))
        on = self._date(draw) if draw[_MOVE] else event.on
        changed: Action | None = None
        if draw[_FIELD] >= _OTHER and introduced(event) is None:
            others = [kind for kind in self.kinds if kind.__event__.introduces is None]
            changed = self.event(pick(others, draw[_VALUE]), draw, on) if others else None
        if changed is None or introduced(changed) is not None:
            changed = self._not_before_its_references(self._change_field(event, draw, on))
        self.world.day = day
        return changed

    def _resolves(self, event: Action) -> bool:
        """Return whether each reference is in force, or is one that nothing can introduce."""
        return all(
            any(id_ in self.world.ids.get(kind, ()) for kind in kinds)
            or (id_ == "me" and "contact" in kinds)
            or not any(kind in self.introducers for kind in kinds)
            for _, id_, kinds in referred(event)
        )

    def _change_field(self, event: Action, draw: bytes, on: PartialDate) -> Action:
        own = introduced(event)
        world = self.world
        if own is not None and not self.wild:  # it does not refer to itself
            kind, _, id_ = own.partition(":")
            others = [other for other in world.ids[kind] if other != id_]
            world = attrs.evolve(world, ids={**world.ids, kind: others})
        change: dict[str, Any] = {"on": on}
        fields = _fields_to_amend(cast("Any", type(event)))
        if draw[_FIELD] >= _NO_FIELD and fields:
            name, read = fields[(draw[_FIELD] - _NO_FIELD) * len(fields) // (256 - _NO_FIELD)]
            with suppress(MissingIdError):
                change[name] = read(draw[_VALUE], _SECOND[draw[_VALUE]], world)
        return event.replace(**change)


_NO_FIELD: Final = 48
"""Below this digit an amendment changes the date alone."""
_OTHER: Final = 208
_DELAYS: Final = (0, 1, 2, 0, 3, 5)
"""How many draws later an event is corrected."""


def unknown_event(on: PartialDate) -> UnknownEvent:
    """Return an event of a type that only another program knows."""
    return UnknownEvent(on=on, type="elsewhere.noted", version=1, fields=f'{{"on":"{on}"}}')


def _field_values(cls: type[Action], draw: bytes, on: PartialDate, world: World) -> dict[str, Any]:
    required, optional = _readers(cast("Any", cls))
    values: dict[str, Any] = {"on": on}
    at = _REQUIRED
    for name, read in required:
        values[name] = read(draw[at], _SECOND[draw[at]], world)
        at = at + 1 if at + 1 < _OPTIONAL else _REQUIRED
    count = len(optional)
    for digit in draw[_OPTIONAL:_FATE]:
        place = (digit - 256 + _PRESENT) * count
        if place >= 0:
            name, read = optional[place // _PRESENT]
            if name in values:
                continue
            # The last digit keeps the values of a field from being as few as its places.
            value = (place % _PRESENT * 256 // _PRESENT + draw[_VALUE]) % 256
            try:
                values[name] = read(value, _SECOND[value], world)
            except MissingIdError:
                continue
    return values


_Readers = list[tuple[str, Reader]]


@cache
def _readers(cls: Any) -> tuple[_Readers, _Readers]:
    """Return readers of the required fields of a class, and of the optional ones, its own first."""
    shared = {field.name for field in fields_of(Action)}
    fields = [field for field in fields_of(cls) if field.name != "on"]
    fields.sort(key=lambda field: field.name in shared)
    # What refers to something counts twice, because it is what makes events one career.
    fields = [field for field in fields for _ in range(1 + _refers(field))]
    readers = [(field.required, (field.name, reader_of(field.shape))) for field in fields]
    return [it for required, it in readers if required], [it for req, it in readers if not req]


@cache
def _fields_to_amend(cls: Any) -> _Readers:
    """Return readers of the fields that an amendment may change."""
    ids = cls.__event__.introduces or ()
    shared = {field.name for field in fields_of(Action)}
    required, optional = _readers(cls)
    own = [field for field in [*required, *optional] if field[0] not in (*ids, *shared)]
    return own + [field for field in optional if field[0] in shared]


def _some_kinds(kinds: Sequence[type[Action]], digit: int) -> Sequence[type[Action]]:
    """Return some of the kinds; all of them for the smallest digits."""
    if digit < _ALL:
        return kinds
    density = 1 + digit % 3
    chosen = [
        kind
        for n, kind in enumerate(kinds, start=1)
        if (digit * 0x9E3779B1 * n >> 11) % 4 < density
    ]
    return chosen or kinds


_ALL: Final = 96


@lru_cache(maxsize=64)
def _introducers(kinds: tuple[Any, ...], _catalogue_size: int) -> dict[str, type[Action]]:
    """Return the class whose events introduce each kind of id; ``kinds`` come first."""
    introducers: dict[str, type[Action]] = {}
    known = [cls for cls in catalogue if issubclass(cls, Action)]
    for cls in (*kinds, *known):
        if cls.__event__.introduces is not None:
            introducers.setdefault(cls.__event__.introduces[1], cls)
    return introducers


def _refers(field: FieldShape) -> bool:
    return not field.required and any(_referred_kinds(field.shape))


def _referred_kinds(shape: Shape) -> Iterator[str]:
    match shape:
        case Known(kinds):
            yield from kinds
        case Maybe(of) | Many(_, of):
            yield from _referred_kinds(of)
        case Pairs(key, of):
            yield from _referred_kinds(key)
            yield from _referred_kinds(of)
        case _:
            return


def with_introducers(kinds: Iterable[type[Action]]) -> tuple[type[Action], ...]:
    """Return these classes, and those that introduce what their own fields refer to."""
    classes = list(dict.fromkeys(kinds))
    introducers = _introducers(cast("Any", tuple(classes)), catalogue.size)
    shared = {field.name for field in fields_of(Action)}
    for cls in classes:  # it grows as it goes
        for field in fields_of(cast("Any", cls)):
            if field.name in shared:
                continue
            for kind in _referred_kinds(field.shape):
                introducer = introducers.get(kind)
                if introducer is not None and introducer not in classes:
                    classes.append(introducer)
    return tuple(classes)
