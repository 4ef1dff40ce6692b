"""Values of event fields, made from bytes that Hypothesis draws.

A value is made of two bytes by a pure function that accepts any bytes. Two zero bytes make the
simplest value there is, so that a career shrinks to plain values.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache, lru_cache, partial
from math import inf
from typing import Any, Final, TypeVar
from uuid import UUID

import attrs
from immutabledict import immutabledict

from careerledger.dates import PartialDate
from careerledger.testing._code_constants import CodeConstants, Constants
from careerledger.testing._field_shapes import (
    AnyOf,
    Day,
    Filtered,
    Fixed,
    Identifier,
    Instance,
    Many,
    Maybe,
    Moment,
    NewId,
    Number,
    OneOf,
    OtherType,
    Pairs,
    Reference,
    Shape,
    Text,
    Whole,
    fields_of,
)

T = TypeVar("T")

WORDS: Final = ("amber", "birch", "cedar", "dune", "elm", "fjord")
"""The texts of a career; few, so that several events share one."""
ODD_WORDS: Final = (
    *("Amber", " amber", "amber ", "amber  birch", "a:b", "a|b", "b|c", "a, b", "a/b", "a-b;c"),
    *("{", "{amber}", "%", "%s %(a)d", "a.*(b", "[z-a]", "\\", "\tamber\n", " ", "'", '"', "\0"),
    *("ämber", "\u0430mber", "İ", "ß", "\u00b2", "\u200bamber", "0", "-1.5", "None", "null"),
    *("x" * 300, f"{'x' * 300}y", "amber\u2028birch", "\U0001f600"),
)
"""Texts that careless code takes apart, takes for a pattern, or confuses: an odd career uses some
of them."""
_FLOATS: Final = (
    *(1.0, 8.0, 0.5, 0.1, 0.2, 0.3, 0.0, 2.0, 42.5, 0.9, 50_000.0, 40_000.0, -1.0),
    *(120.0, 1_500.0, 250_000.0),
)
_INTEGERS: Final = (1, 2, 0, 3, 5, 8, 10, 40, 365, 1000, -1, -2, 120, 60_000, 250_000)
_SMALL_RANGE: Final = 21
"""Of a range with fewer integers, all of them are used."""
_TINY: Final = 1e-300
_DAYS_TO_OTHER_DATE: Final = (1, 0, 30, 365, 90, 366, 31, 730, 2000, -1, -31)
"""Days from an event to another date that it names."""
_DATE_LENGTHS: Final = (10, 10, 7, 4)
"""The lengths of a date's text; most dates are days."""
_SIZES: Final = (1, 2, 3, 2)
"""The sizes of collections."""
_OPTIONAL_ABSENT: Final = 128
"""Of 256 optional fields within a field, how many are left out."""

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2025, 12, 31)
"""The range of the dates of generated events."""


class MissingIdError(Exception):
    """No event has introduced an id of the kind that an event must refer to."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@attrs.define(eq=False)
class Pool:
    """The texts, numbers and dates that the values of a field are taken from."""

    words: tuple[str, ...] = WORDS
    numbers: tuple[Any, ...] = ()
    """Numbers to use besides the usual ones."""
    dates: tuple[date, ...] = ()
    uuids: tuple[UUID, ...] = ()
    has_empty_text: bool = False
    _options: dict[object, Sequence[Any]] = attrs.field(factory=dict[object, "Sequence[Any]"])

    def options(self, shape: Any, make: Callable[[Any, "Pool"], Sequence[Any]]) -> Sequence[Any]:
        """Return the values for a shape; ``make`` is called once for each."""
        options = self._options.get(shape)
        if options is None:
            options = self._options[shape] = make(shape, self)
        return options


class Pools:
    """A pool for each field, by its name.

    Args:
        words: The usual texts.
        constants: The constants of a projection's code.
        more_words: Texts that the user adds.
        more_numbers: Numbers that the user adds.
    """

    def __init__(
        self,
        words: Sequence[str] = WORDS,
        constants: CodeConstants | None = None,
        more_words: Sequence[str] = (),
        more_numbers: Sequence[Any] = (),
    ) -> None:
        self.words = tuple(words)
        self.constants = CodeConstants() if constants is None else constants
        self._more = Constants(words=dict.fromkeys(more_words), numbers=dict.fromkeys(more_numbers))
        self._pools: dict[tuple[str, bool], Pool] = {}

    def of(self, field: str, *, odd: bool = False) -> Pool:
        """Return the pool of a field; an odd one has texts that often break programs."""
        pool = self._pools.get((field, odd))
        if pool is None:
            pool = self._pools[field, odd] = self._new_pool(field, odd=odd)
        return pool

    def _new_pool(self, field: str, *, odd: bool) -> Pool:
        own = self.constants.by_attribute.get(field, Constants())
        every = self.constants.everywhere
        more = self._more
        return Pool(
            words=_mixed(
                ODD_WORDS if odd else self.words, [*own.words, *more.words], [*every.words]
            ),
            numbers=_mixed((), _near([*own.numbers, *more.numbers]), _near([*every.numbers])),
            dates=_mixed((), _days_near([*own.dates]), _days_near([*every.dates])),
            uuids=_mixed((), [*own.uuids], [*every.uuids]),
            has_empty_text=odd,
        )


def _mixed(usual: Sequence[T], own: Sequence[T], others: Sequence[T]) -> tuple[T, ...]:
    """Return the usual values first, more of a field's own than of the others."""
    own = own[:_MAX_OWN]
    size = max(len(usual), _MIN_OWN)
    repeated = [value for _ in range(-(-size // len(own))) for value in own] if own else []
    few = [value for value in others if value not in own][:_MAX_OTHERS]
    return (*usual, *repeated, *few)


_MIN_OWN: Final = 6
_MAX_OWN: Final = 40
_MAX_OTHERS: Final = 60
"""How many values of each kind a pool holds; one byte picks from all of them."""


def _near(numbers: Sequence[Any]) -> list[Any]:
    """Return numbers, those just above and below them, and between."""
    return [
        near
        for number in numbers
        for near in (number, number + 1, number - 1)
        if near == number or abs(number) > 1
    ]


def _days_near(days: Sequence[date]) -> list[date]:
    return [day + timedelta(n) for day in days if 1 < day.year < _LAST_YEAR for n in (0, 1, -1)]


_LAST_YEAR: Final = 9999


@attrs.define
class World:
    """What the values of an event depend on, besides their bytes."""

    day: date = date(2024, 1, 1)
    """The date of the event."""
    pools: Pools = attrs.Factory(Pools)
    odd: bool = False
    """Whether the texts are odd."""
    pool: Pool = attrs.Factory(Pool)
    """The pool of the field that is filled next."""
    ids: Mapping[str, Sequence[str]] = attrs.Factory(dict[str, Sequence[str]])
    """The ids in force by kind, the newest first."""
    new_id: Callable[[str, int], str] = lambda kind, _: f"{kind}-1"
    """Returns a new id of a kind, given a byte."""
    draw_value: Callable[[Shape], Any] | None = None
    """Draws a value that cannot be made from bytes."""


def pick(options: Sequence[T], byte: int) -> T:
    """Return one of the options, the first for the smallest bytes."""
    return options[byte * len(options) >> 8]


def days_after(day: date, days: int) -> date:
    """Return the date so many days later, within the range of generated events."""
    later = day + timedelta(days)
    return FIRST_DAY if later < FIRST_DAY else min(later, LAST_DAY)


@lru_cache(maxsize=32_768)
def date_of(day: date, length: int) -> PartialDate:
    """Return the day, its month or its year, by the length of the text: 10, 7 or 4."""
    return PartialDate(day.isoformat()[:length])


MakeValue = Callable[[int, int, World], Any]
"""Makes the value of two bytes. Raises MissingIdError if there is no id to refer to."""


@cache
def value_maker(shape: Shape) -> MakeValue:
    """Return the function that makes the values of a shape."""
    return _MAKERS.get(type(shape), _drawn)(shape)


def _choice(options: Sequence[Any]) -> MakeValue:
    count = len(options)
    return lambda a, _b, _world: options[a * count >> 8]


def _text(shape: Text) -> MakeValue:
    def words(shape: Text, pool: Pool) -> Sequence[str]:
        empty = [""] if pool.has_empty_text and not shape.least else []
        long = [word if len(word) >= shape.least else word * shape.least for word in pool.words]
        return [*long, *empty]

    return _from_pool(shape, words)


def _from_pool(shape: Any, make: Callable[[Any, Pool], Sequence[Any]]) -> MakeValue:
    def value(a: int, _b: int, world: World) -> Any:
        options = world.pool.options(shape, make)
        return options[a * len(options) >> 8]

    return value


def _date(a: int, b: int, world: World) -> PartialDate:
    return date_of(_other_day(a, world), pick(_DATE_LENGTHS, b))


def _other_day(a: int, world: World) -> date:
    """Return a date that an event names besides its own."""
    days: tuple[int | date, ...] = (*_DAYS_TO_OTHER_DATE, *world.pool.dates)
    day = pick(days, a)
    return days_after(world.day, day) if isinstance(day, int) else day


def _moment(a: int, b: int, world: World) -> datetime:
    day = _other_day(a, world)
    hour, zone = pick(_HOURS, b), pick(_ZONES, (a + 97 * b) % 256)
    return datetime(day.year, day.month, day.day, hour, b % 60, tzinfo=zone)


_HOURS: Final = (12, 0, 23, 1, 2, 9)
_ZONES: Final = (UTC, UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8)))


def _identifier(a: int, _b: int, world: World) -> UUID:
    return pick((*map(UUID, _UUIDS), *world.pool.uuids), a)


_UUIDS: Final = (
    "00000000-0000-4000-8000-000000000001",
    "12345678-1234-5678-9234-567812345678",
    "ffffffff-ffff-4fff-bfff-ffffffffffff",
)


def _mapping(shape: Pairs) -> MakeValue:
    make, make_keys = value_maker(shape.value), _items_maker(shape.key)

    def mapping(a: int, b: int, world: World) -> immutabledict[Any, Any]:
        keys = dict.fromkeys(make_keys(max(shape.least, pick(_SIZES, b)), a, b, world))
        return immutabledict(
            {key: make((a + 97 * n) % 256, b, world) for n, key in enumerate(keys)}
        )

    return mapping


def _instance(cls: Any) -> MakeValue:
    fields = [(n, f.name, f.required, value_maker(f.shape)) for n, f in enumerate(fields_of(cls))]

    def instance(a: int, b: int, world: World) -> Any:
        values: dict[str, Any] = {}
        for n, name, required, make in fields:
            if required or (a + 61 * n) % 256 > _OPTIONAL_ABSENT:
                world.pool = world.pools.of(name, odd=world.odd)
                values[name] = make((a + 89 * n) % 256, (b + 53 * n) % 256, world)
        return cls(**values)

    return instance


def _integers(shape: Whole, pool: Pool) -> Sequence[int]:
    least, most = shape.least, shape.most
    if most - least < _SMALL_RANGE:
        return sorted(range(least, most + 1), key=lambda number: (abs(number), -number))
    more = [int(number) for number in pool.numbers]
    within = [number for number in (*_INTEGERS, *more) if least <= number <= most]
    return within or [least, most]


def _numbers(shape: Number, pool: Pool) -> Sequence[Any]:
    least, most = shape.least, shape.most
    ends = [end for end in (least, most) if end not in (-inf, inf, *_FLOATS) and abs(end) > _TINY]
    usual = [number for number in _FLOATS if least <= number <= most] + ends or [least]
    more = [number for number in pool.numbers if least <= number <= most]
    if shape.kind is Decimal:
        return [n if isinstance(n, Decimal) else Decimal(f"{n:.15g}") for n in (*usual, *more)]
    return list(map(float, (*usual, *more)))


def _ids_in_force(kinds: Sequence[str], world: World) -> Sequence[str]:
    ids: Sequence[str] = ()
    for kind in kinds:
        more = world.ids.get(kind, ())
        ids = [*ids, *more] if ids else more
    if not ids:
        raise MissingIdError(kinds[0])
    return ids


def _items_maker(item: Shape) -> Callable[[int, int, int, World], list[Any]]:
    """Return a function that makes a number of items from two bytes."""
    if isinstance(item, Reference):
        kinds = item.kinds
        # "me" is a contact too, and a better second one than the same contact twice.
        always = ["me"] if "contact" in kinds else []

        def references(size: int, a: int, _b: int, world: World) -> list[Any]:
            ids = [*_ids_in_force(kinds, world), *always]
            start = a * len(ids) >> 8
            return [ids[(start + n) % len(ids)] for n in range(size)]

        return references
    make = value_maker(item)
    return lambda size, a, b, world: [
        make((a + 43 * n) % 256, (b + 71 * n) % 256, world) for n in range(size)
    ]


def _filtered(shape: Filtered, a: int, b: int, world: World) -> Any:
    """Return the first of several values that fulfils the condition; else draw one."""
    for value in _candidates(shape.of, a, b, world):
        if shape.condition(value):
            return value
    return _draw_value(shape, a, b, world)


def _candidates(shape: Shape, a: int, b: int, world: World) -> Iterator[Any]:
    if isinstance(shape, Many):
        for size in range(shape.least, shape.least + 9):  # pragma: no branch - one of them fits
            yield shape.container(_items_maker(shape.item)(size, a, b, world))
    else:
        for step in range(0, 256, 8):
            yield value_maker(shape)((a + step) % 256, b, world)


def _draw_value(shape: Shape, _a: int, _b: int, world: World) -> Any:
    if world.draw_value is None:
        raise MissingIdError("value of its own")
    return world.draw_value(shape)


def _collection(shape: Many) -> MakeValue:
    items = _items_maker(shape.item)
    return lambda a, b, world: shape.container(
        items(max(shape.least, pick(_SIZES, b)), a, b, world)
    )


def _fixed(shape: Fixed) -> MakeValue:
    makers = [value_maker(item) for item in shape.items]
    return lambda a, b, world: tuple(
        make((a + 43 * n) % 256, (b + 71 * n) % 256, world) for n, make in enumerate(makers)
    )


def _any_of(shape: AnyOf) -> MakeValue:
    makers = [value_maker(option) for option in shape.options]
    return lambda a, b, world: pick(makers, b)(a, b * len(makers) % 256, world)


def _other_type(shape: OtherType) -> MakeValue:
    if shape.cls is date:
        return lambda a, _, world: _other_day(a, world)
    return _drawn(shape)


def _drawn(shape: Any) -> MakeValue:
    return partial(_draw_value, shape)


_MAKERS: Final[dict[type, Callable[[Any], MakeValue]]] = {
    Text: _text,
    Whole: lambda shape: _from_pool(shape, _integers),
    Number: lambda shape: _from_pool(shape, _numbers),
    OneOf: lambda shape: _choice(shape.options),
    Day: lambda _: _date,
    Maybe: lambda shape: value_maker(shape.of),
    NewId: lambda shape: lambda a, _, world: world.new_id(shape.kind, a),
    Reference: lambda shape: lambda a, _, world: pick(_ids_in_force(shape.kinds, world), a),
    Many: _collection,
    Pairs: _mapping,
    Instance: lambda shape: _instance(shape.cls),
    Filtered: lambda shape: partial(_filtered, shape),
    Moment: lambda _: _moment,
    Identifier: lambda _: _identifier,
    Fixed: _fixed,
    AnyOf: _any_of,
    OtherType: _other_type,
}
