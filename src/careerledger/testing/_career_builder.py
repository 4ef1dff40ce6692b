"""Careers from bytes: each draw becomes one event, and some events are corrected later.

A career is a flat list of draws. A draw is a few bytes. A pure function turns any bytes into one
event, and decides whether that event is voided or amended a few entries later. A reference counts
back from the newest id, a date is some days after the previous one, and all texts come from one
pool. So no draw is rejected, and without any one of its draws a career still fits together:
shrinking is quick.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

import attrs

from careerledger.dates import PartialDate
from careerledger.events import Action, UnknownEvent, catalogue, introduced, named, referred
from careerledger.events.role import RoleEnded, RoleStarted
from careerledger.testing._byte_values import (
    FIRST_DAY,
    LAST_DAY,
    MakeValue,
    MissingIdError,
    Pools,
    World,
    date_of,
    days_after,
    pick,
    value_maker,
)
from careerledger.testing._careers import Amended, Step, Voided
from careerledger.testing._field_shapes import (
    Drawn,
    FieldShape,
    Many,
    Maybe,
    NewId,
    Pairs,
    Reference,
    Shape,
    fields_of,
)

HEAD_SIZE: Final = 4
"""How many bytes come before the draws: which classes occur, when the career begins, whether it is
one that only a lenient ledger accepts, and whether its texts are odd."""
DRAW_SIZE: Final = 17
USED, _CLASS, _DAYS, _PRECISION, _REQUIRED, _OPTIONAL = 0, 1, 2, 3, 4, 8
_CORRECTION, _MOVE, _FIELD, _VALUE = 13, 14, 15, 16
"""What the bytes of a draw decide: whether it is used at all, which Hypothesis tries to undo first;
the event's class; the days since the previous event; the precision of its date and its rank in
another order; four required fields; five times which optional field to fill; whether and when the
event is corrected. Of an amendment: the days by which the event moves, and the field that changes.
The last byte is the value of that field, and varies the values of optional fields."""
SHUFFLE_RANKS: Final = 32
"""How many ranks there are in another order of recording; steps of one rank keep their order."""
_UNKNOWN_EVERY: Final = 5
"""One of so many events has an unknown type, if there are any."""
_FILLED: Final = 192
"""Of 256 optional fields, how many are filled."""
_SECOND_BYTE: Final = bytes(byte * 151 % 256 for byte in range(256))
"""A value is made of two bytes. The second follows from the first, and is 0 if that is."""

_FIRST_DAYS: Final = tuple(
    date.fromisoformat(day)
    for day in (
        *("2024-01-01", "2024-02-28", "2023-12-31", "2020-02-28", "2016-02-29", "2019-11-30"),
        *("2009-06-15", "1998-09-01"),
    )
)
_SHORT_GAPS: Final = (1, 0, 1, 7, 30, 0, 31, 90, 1, 14, 180, 59)
_LONG_GAPS: Final = (365, 366, 800, 3_700)
_LATE: Final = (-1, -7, -30, -365)
"""Days from an event to the next one recorded."""
_MOVES: Final = (0, 1, 0, -1, 30, 0, -30, 365)
"""Days by which an amendment moves an event."""
_PRECISIONS: Final = (10, 10, 10, 10, 10, 7, 7, 4)
"""The lengths of a date's text."""
_DATE_ONLY: Final = 48
"""Of 256 amendments, how many change the date alone."""
_SAME_CLASS: Final = 208
"""Of 256 amendments, how many keep the class of the event."""
_DELAYS: Final = (0, 1, 2, 0, 3, 5)
"""How many draws later an event is corrected."""
_ALL_CLASSES: Final = 96
"""Of 256 careers, how many use all classes."""


@attrs.define(eq=False)
class FieldStrategies:
    """Strategies of the user's for fields of events."""

    by_class: Mapping[type[Action], Mapping[str, Any]] = attrs.Factory(
        dict[type[Action], Mapping[str, Any]]
    )
    """Strategies of fields by the name of the field."""
    by_name: Mapping[str, Any] = attrs.Factory(dict[str, Any])
    """Strategies of fields of any class."""
    whole: Mapping[type[Action], Any] = attrs.Factory(dict[type[Action], Any])
    """Strategies of events, whose dates and ids are replaced."""

    def shape(self, cls: type[Action], field: FieldShape) -> Shape:
        """Return the shape of the values of a field."""
        strategy = self.by_class.get(cls, {}).get(field.name, self.by_name.get(field.name))
        return field.shape if strategy is None else Drawn(strategy)


NO_STRATEGIES: Final = FieldStrategies()


@attrs.frozen(kw_only=True)
class CareerOptions:
    """Which careers to draw."""

    kinds: tuple[type[Action], ...]
    late: bool = True
    corrections: bool = True
    amendments: bool = True
    unknown: bool = False
    coarse: bool = True
    overlaps: bool = True
    gaps: bool = True
    pools: Pools = attrs.Factory(Pools)
    """Where the values of fields are taken from."""
    strategies: FieldStrategies = NO_STRATEGIES
    wild: int = 0
    """Of 256 careers, how many are accepted only by a lenient ledger."""
    odd: int = 0
    """Of 256 careers, how many have texts that often break programs."""
    corrected: int = 40
    """Of 256 events, how many are voided or amended."""


class _AnyIds(dict[str, Sequence[str]]):
    """A few ids of every kind, whether an event introduces them or not."""

    def get(self, kind: str, _default: object = None, /) -> Any:
        return self[kind]

    def __missing__(self, kind: str) -> Sequence[str]:
        return [f"{kind}-{number}" for number in (1, 2, 3)]


class _PendingCorrection(NamedTuple):
    """A correction that is due later."""

    after: int
    """After how many draws it is due."""
    number: int
    """The number of the entry to correct."""
    draw: bytes
    """The draw of that entry."""


class CareerBuilder:
    """Turns draws into the steps of a career, one after the other.

    Args:
        options: Which career to build.
        head: The bytes before the draws.
        draw_value: Draws a value that cannot be made from bytes.
    """

    def __init__(
        self, options: CareerOptions, head: bytes, draw_value: Callable[[Shape], Any]
    ) -> None:
        classes, first_day, wild, odd = head
        self.options = options
        self.wild = wild >= 256 - options.wild
        self.classes = _some_classes(options.kinds, classes)
        self.introducers = _introducers(options.kinds, catalogue.size)
        self.gaps: Sequence[int | date] = (
            *_SHORT_GAPS,
            *(_LONG_GAPS if options.gaps else ()),
            *(_gaps_in(options.pools) if options.gaps else ()),
            *(_LATE if options.late else ()),
        )
        self.steps: list[Step] = []
        self.ranks: list[int] = []
        """The rank of each step in another order of recording."""
        self.pending: list[_PendingCorrection] = []
        self.count = 0
        self.in_force: dict[int, Action] = {}
        self.ids_used: dict[str, int] = {}
        self.introduced_on: dict[str, str] = {}
        """The date on which each id was introduced."""
        ids: Mapping[str, Sequence[str]] = _AnyIds() if self.wild else {}
        day = pick(_FIRST_DAYS, first_day)
        self.world = World(
            day,
            options.pools,
            odd=odd >= 256 - options.odd,
            ids=ids,
            new_id=self._new_id,
            draw_value=draw_value,
        )

    def add(self, draw: bytes) -> None:
        """Add the event of a draw, and the corrections that are due."""
        self.count += 1
        if self.options.unknown and not draw[_CLASS] % _UNKNOWN_EVERY:
            self._advance(draw)
            self.steps.append(unknown_event(self._date(draw)))
        else:
            self._add_event(pick(self.classes, draw[_CLASS]), draw)
        if self.pending:
            self._correct([due for due in self.pending if due.after <= self.count])
        self._rank_new_steps(draw[_PRECISION] % SHUFFLE_RANKS)

    def finish(self) -> None:
        """Add the remaining corrections."""
        self._correct(self.pending)
        self._rank_new_steps(SHUFFLE_RANKS - 1)

    def _rank_new_steps(self, rank: int) -> None:
        self.ranks += [rank] * (len(self.steps) - len(self.ranks))

    def _advance(self, draw: bytes) -> None:
        gap = pick(self.gaps, draw[_DAYS])
        if isinstance(gap, int):
            self.world.day = days_after(self.world.day, gap)
        elif self.options.late or gap >= self.world.day:
            self.world.day = gap

    def _date(self, draw: bytes) -> PartialDate:
        length = pick(_PRECISIONS, draw[_PRECISION]) if self.options.coarse else 10
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
        if corrects and draw[_CORRECTION] >= 256 - self.options.corrected:
            delay = _DELAYS[draw[_CORRECTION] // 2 % len(_DELAYS)]
            self.pending.append(_PendingCorrection(self.count + delay, number, draw))

    def _without_overlap(self, cls: type[Action]) -> type[Action]:
        """Return the class, or for a role the start or end that keeps roles from overlapping."""
        open_roles = sum(
            isinstance(event, RoleStarted) - isinstance(event, RoleEnded)
            for event in self.in_force.values()
        )
        if issubclass(cls, RoleStarted | RoleEnded):
            return RoleEnded if open_roles > 0 else RoleStarted
        return cls

    def event(self, cls: type[Action], draw: bytes, on: PartialDate) -> Action:
        """Return an event of the class, or one that introduces an id that it must refer to."""
        world, tried = self.world, {cls}
        while True:
            try:
                event = self._new_event(cls, draw, on, world)
                return self._after_its_references(event)
            except MissingIdError as missing:
                introducer = self.introducers.get(missing.kind)
                if introducer is None or introducer in tried:
                    # No class can introduce the id, so the event refers to it all the same.
                    ids = {**world.ids, missing.kind: [f"{missing.kind}-0"]}
                    world = attrs.evolve(world, ids=ids)
                else:
                    cls = introducer
                    tried.add(cls)

    def _new_event(self, cls: type[Action], draw: bytes, on: PartialDate, world: World) -> Action:
        values = _field_values(cls, draw, on, world, self.options.strategies)
        strategy = self.options.strategies.whole.get(cls)
        if strategy is None or world.draw_value is None:
            return cls(**values)
        event: Action = world.draw_value(Drawn(strategy))
        return event.replace(**values)

    def _after_its_references(self, event: Action) -> Action:
        """Return the event, moved behind the dates on which its references were introduced."""
        if self.wild or (event.toward is None and len(event.__event__.refers) == 1):
            return event  # without ``toward`` it refers to nothing
        earliest = max(
            (
                self.introduced_on.get(f"{kind}:{id_}", "")
                for _, id_, kinds in referred(event)
                for kind in kinds
            ),
            default="",
        )
        if earliest <= event.on:
            return event
        today = date_of(self.world.day, 10)
        return event.replace(on=today if today >= earliest else PartialDate(earliest))

    def _new_id(self, kind: str, byte: int) -> str:
        if self.wild:
            return pick(self.world.ids[kind], byte)
        self.ids_used[kind] = self.ids_used.get(kind, 0) + 1
        return f"{kind}-{self.ids_used[kind]}"

    def _put_in_force(self, number: int, event: Action) -> None:
        self.in_force[number] = event
        name = introduced(event)
        if name is not None and not self.wild:
            kind, _, id_ = name.partition(":")
            self.world.ids = {**self.world.ids, kind: [id_, *self._other_ids(kind, id_)]}
            self.introduced_on[name] = event.on

    def _void(self, number: int) -> None:
        name = introduced(self.in_force.pop(number))
        if name is not None and not self.wild:
            kind, _, id_ = name.partition(":")
            self.world.ids = {**self.world.ids, kind: self._other_ids(kind, id_)}

    def _other_ids(self, kind: str, id_: str) -> list[str]:
        return [other for other in self.world.ids.get(kind, ()) if other != id_]

    def _correct(self, due: Sequence[_PendingCorrection]) -> None:
        for correction in list(due):
            self.pending.remove(correction)
            _, number, draw = correction
            if self.options.corrections and not (self.options.amendments and draw[_CORRECTION] % 2):
                if not self._is_referred_to(number):
                    self._void(number)
                    self.steps.append(Voided(number))
            else:
                amended = self._amendment(self.in_force[number], draw)
                later = self.in_force[number].on.first_day < amended.on.first_day
                if self._resolves(amended) and not (later and self._is_referred_to(number)):
                    self._put_in_force(number, amended)
                    self.steps.append(Amended(number, amended))

    def _is_referred_to(self, number: int) -> bool:
        """Return whether events refer to the id that an event introduces."""
        name = introduced(self.in_force[number])
        return (
            name is not None
            and not self.wild
            and any(name in named(event) for event in self.in_force.values())
        )

    def _amendment(self, event: Action, draw: bytes) -> Action:
        """Return the event with another date or field, or another event in its place."""
        day = self.world.day
        self.world.day = days_after(event.on.first_day, pick(_MOVES, draw[_MOVE]))
        on = self._date(draw) if draw[_MOVE] else event.on
        amended: Action | None = None
        if draw[_FIELD] >= _SAME_CLASS and introduced(event) is None:
            others = [cls for cls in self.classes if cls.__event__.introduces is None]
            amended = self.event(pick(others, draw[_VALUE]), draw, on) if others else None
        if amended is None or introduced(amended) is not None:
            amended = self._after_its_references(self._change_field(event, draw, on))
        self.world.day = day
        return amended

    def _resolves(self, event: Action) -> bool:
        """Return whether each reference is in force, or is one that no class can introduce."""
        return all(
            any(id_ in self.world.ids.get(kind, ()) for kind in kinds)
            or (id_ == "me" and "contact" in kinds)
            or not any(kind in self.introducers for kind in kinds)
            for _, id_, kinds in referred(event)
        )

    def _change_field(self, event: Action, draw: bytes, on: PartialDate) -> Action:
        own_name = introduced(event)
        world = self.world
        if own_name is not None and not self.wild:  # an event must not refer to its own id
            kind, _, id_ = own_name.partition(":")
            world = attrs.evolve(world, ids={**world.ids, kind: self._other_ids(kind, id_)})
        changes: dict[str, Any] = {"on": on}
        fields = _fields_to_amend(cast("Any", type(event)), self.options.strategies)
        if draw[_FIELD] >= _DATE_ONLY and fields:
            name, make = fields[(draw[_FIELD] - _DATE_ONLY) * len(fields) // (256 - _DATE_ONLY)]
            world.pool = world.pools.of(name, odd=world.odd)
            with suppress(MissingIdError):
                changes[name] = make(draw[_VALUE], _SECOND_BYTE[draw[_VALUE]], world)
        return event.replace(**changes)


def unknown_event(on: PartialDate) -> UnknownEvent:
    """Return an event of a type that only another program knows."""
    return UnknownEvent(on=on, type="elsewhere.noted", version=1, fields=f'{{"on":"{on}"}}')


def _field_values(
    cls: type[Action], draw: bytes, on: PartialDate, world: World, strategies: FieldStrategies
) -> dict[str, Any]:
    required, optional = _field_makers(cast("Any", cls), strategies)
    values: dict[str, Any] = {"on": on}
    at, pools, odd = _REQUIRED, world.pools, world.odd
    for name, make in required:
        world.pool = pools.of(name, odd=odd)
        values[name] = make(draw[at], _SECOND_BYTE[draw[at]], world)
        at = at + 1 if at + 1 < _OPTIONAL else _REQUIRED
    count = len(optional)
    for byte in draw[_OPTIONAL:_CORRECTION]:
        position = (byte - 256 + _FILLED) * count
        if position >= 0:
            name, make = optional[position // _FILLED]
            if name in values:
                continue
            # One byte picks the field and its value. The last byte adds variety to the value.
            value = (position % _FILLED * 256 // _FILLED + draw[_VALUE]) % 256
            world.pool = pools.of(name, odd=odd)
            with suppress(MissingIdError):
                values[name] = make(value, _SECOND_BYTE[value], world)
    return values


_FieldMakers = list[tuple[str, MakeValue]]
"""Names of fields, each with the function that makes its values."""


@lru_cache(maxsize=1024)
def _field_makers(cls: Any, strategies: FieldStrategies) -> tuple[_FieldMakers, _FieldMakers]:
    """Return the required fields of a class, and the optional ones, its own first."""
    shared = {field.name for field in fields_of(Action)}
    fields = [field for field in fields_of(cls) if field.name != "on"]
    if cls in strategies.whole:  # all but the ids is drawn
        fields = [field for field in fields if _is_id(field)]
    fields.sort(key=lambda field: field.name in shared)
    # An optional reference is filled twice as often, because it connects events to one career.
    fields = [field for field in fields for _ in range(1 + _is_optional_reference(field))]
    makers = [
        (field.required, (field.name, value_maker(strategies.shape(cls, field))))
        for field in fields
    ]
    return [it for required, it in makers if required], [it for req, it in makers if not req]


@lru_cache(maxsize=1024)
def _fields_to_amend(cls: Any, strategies: FieldStrategies) -> _FieldMakers:
    """Return the fields that an amendment may change."""
    if cls in strategies.whole:
        return []
    ids = cls.__event__.introduces or ()
    shared = {field.name for field in fields_of(Action)}
    required, optional = _field_makers(cls, strategies)
    own = [field for field in [*required, *optional] if field[0] not in (*ids, *shared)]
    return own + [field for field in optional if field[0] in shared]


@lru_cache(maxsize=64)
def _gaps_in(pools: Pools) -> tuple[int | date, ...]:
    """Return days between events that the constants of a projection's code suggest."""
    constants = pools.constants.everywhere
    numbers = [int(n) for n in constants.numbers if n == int(n) and 1 < n <= _MAX_GAP]
    days = [days for n in numbers for days in (n, n + 1) if n > _MAX_YEARS]
    years = [366 * n for n in numbers if n <= _MAX_YEARS]
    dates = [day for day in constants.dates if FIRST_DAY <= day <= LAST_DAY]
    return (*days[:6], *years[:3], *dates[:6])


_MAX_GAP: Final = 20_000
_MAX_YEARS: Final = 30
"""A number up to this may be a number of years; a greater one, of days."""


def _some_classes(classes: Sequence[type[Action]], byte: int) -> Sequence[type[Action]]:
    """Return some of the classes; all of them for the smallest bytes."""
    if byte < _ALL_CLASSES:
        return classes
    quarters = 1 + byte % 3
    chosen = [
        cls
        for n, cls in enumerate(classes, start=1)
        if (byte * 0x9E3779B1 * n >> 11) % 4 < quarters
    ]
    return chosen or classes


@lru_cache(maxsize=64)
def _introducers(classes: tuple[Any, ...], _catalogue_size: int) -> dict[str, type[Action]]:
    """Return the class that introduces each kind of id; ``classes`` take precedence."""
    introducers: dict[str, type[Action]] = {}
    for cls in (*classes, *(cls for cls in catalogue if issubclass(cls, Action))):
        if cls.__event__.introduces is not None:
            introducers.setdefault(cls.__event__.introduces[1], cls)
    return introducers


def _is_id(field: FieldShape) -> bool:
    return isinstance(field.shape, NewId) or any(_referred_kinds(field.shape))


def _is_optional_reference(field: FieldShape) -> bool:
    return not field.required and any(_referred_kinds(field.shape))


def _referred_kinds(shape: Shape) -> Iterator[str]:
    match shape:
        case Reference(kinds):
            yield from kinds
        case Maybe(of) | Many(_, of):
            yield from _referred_kinds(of)
        case Pairs(key, of):
            yield from _referred_kinds(key)
            yield from _referred_kinds(of)
        case _:
            return


def with_introducers(kinds: Iterable[type[Action]]) -> tuple[type[Action], ...]:
    """Return these classes, and the classes that introduce the ids that they refer to."""
    classes = list(dict.fromkeys(kinds))
    introducers = _introducers(cast("Any", tuple(classes)), catalogue.size)
    shared = {field.name for field in fields_of(Action)}
    for cls in classes:  # the list grows in the loop
        for field in fields_of(cast("Any", cls)):
            if field.name in shared:
                continue
            for kind in _referred_kinds(field.shape):
                introducer = introducers.get(kind)
                if introducer is not None and introducer not in classes:
                    classes.append(introducer)
    return tuple(classes)
