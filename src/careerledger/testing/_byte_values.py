"""Values of event fields, made from bytes that Hypothesis draws.

A value is made of two bytes by a pure function that accepts any bytes. Two zero bytes make the
simplest value there is, so that a career shrinks to plain values.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache, partial
from math import inf
from typing import Any, Final, TypeVar

import attrs
from immutabledict import immutabledict

from careerledger.dates import PartialDate
from careerledger.testing._field_shapes import (
    Day,
    Filtered,
    Instance,
    Many,
    Maybe,
    NewId,
    Number,
    OneOf,
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
_FLOATS: Final = (1.0, 8.0, 0.5, 0.1, 0.2, 0.3, 0.0, 2.0, 42.5, 0.9, 50_000.0, 40_000.0, -1.0)
_INTEGERS: Final = (1, 2, 0, 3, 5, 8, 10, 40, 365, 1000, -1, -2)
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


@attrs.define
class World:
    """What the values of an event depend on, besides their bytes."""

    day: date = date(2024, 1, 1)
    """The date of the event."""
    words: Sequence[str] = WORDS
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
    maker_of = _MAKERS.get(type(shape))
    return partial(_draw_value, shape) if maker_of is None else maker_of(shape)


def _choice(options: Sequence[Any]) -> MakeValue:
    count = len(options)
    return lambda a, _b, _world: options[a * count >> 8]


def _text(least: int) -> MakeValue:
    if least <= 1:  # no word is empty
        return lambda a, _b, world: world.words[a * len(world.words) >> 8]

    def text(a: int, _b: int, world: World) -> str:
        word = pick(world.words, a)
        return word if len(word) >= least else word * least

    return text


def _date(a: int, b: int, world: World) -> PartialDate:
    return date_of(days_after(world.day, pick(_DAYS_TO_OTHER_DATE, a)), pick(_DATE_LENGTHS, b))


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
    return lambda a, b, world: cls(
        **{
            name: make((a + 89 * n) % 256, (b + 53 * n) % 256, world)
            for n, name, required, make in fields
            if required or (a + 61 * n) % 256 > _OPTIONAL_ABSENT
        }
    )


def _integers(least: int, most: int) -> Sequence[int]:
    if most - least < _SMALL_RANGE:
        return sorted(range(least, most + 1), key=lambda number: (abs(number), -number))
    within = [number for number in _INTEGERS if least <= number <= most]
    return within or [least, most]


def _floats(least: float, most: float) -> Sequence[float]:
    ends = [end for end in (least, most) if end not in (-inf, inf, *_FLOATS) and abs(end) > _TINY]
    within = [number for number in _FLOATS if least <= number <= most] + ends or [least]
    return list(map(float, within))


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


_MAKERS: Final[dict[type, Callable[[Any], MakeValue]]] = {
    Text: lambda shape: _text(shape.least),
    Whole: lambda shape: _choice(_integers(shape.least, shape.most)),
    Number: lambda shape: _choice(_floats(shape.least, shape.most)),
    OneOf: lambda shape: _choice(shape.options),
    Day: lambda _: _date,
    Maybe: lambda shape: value_maker(shape.of),
    NewId: lambda shape: lambda a, _, world: world.new_id(shape.kind, a),
    Reference: lambda shape: lambda a, _, world: pick(_ids_in_force(shape.kinds, world), a),
    Many: _collection,
    Pairs: _mapping,
    Instance: lambda shape: _instance(shape.cls),
    Filtered: lambda shape: partial(_filtered, shape),
}
