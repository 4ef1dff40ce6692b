"""From digits to values: pure and total, so that any digits make one, and small ones a plain one.

A digit is a byte. A value is made of two of them, and both 0 give the simplest value there is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache, partial
from math import inf
from typing import Any, Final, TypeVar

import attrs
from immutabledict import immutabledict

from careerledger.dates import PartialDate
from careerledger.testing._shapes import (
    Day,
    Fresh,
    Known,
    Many,
    Maybe,
    Number,
    OneOf,
    Pairs,
    Part,
    Shape,
    Such,
    Text,
    Whole,
    fields_of,
)

T = TypeVar("T")

WORDS: Final = ("amber", "birch", "cedar", "dune", "elm", "fjord")
"""The texts of a career: few, so that they meet each other."""
_NUMBERS: Final = (1.0, 8.0, 0.5, 0.1, 0.2, 0.3, 0.0, 2.0, 42.5, 0.9, 50_000.0, 40_000.0, -1.0)
_WHOLES: Final = (1, 2, 0, 3, 5, 8, 10, 40, 365, 1000, -1, -2)
_LATER: Final = (1, 0, 30, 365, 90, 366, 31, 730, 2000, -1, -31)
"""Days from an event to another date that it names."""
_FEW: Final = 21

FIRST, LAST = date(1990, 1, 1), date(2025, 12, 31)
"""No made-up event lies before or after."""


class MissingIdError(Exception):
    """Nothing of a kind has been introduced that an event could refer to."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@attrs.define
class World:
    """What the values of an event may be made of."""

    day: date = date(2024, 1, 1)
    """When the event happens."""
    words: Sequence[str] = WORDS
    ids: Mapping[str, Sequence[str]] = attrs.Factory(dict[str, Sequence[str]])
    """The ids that stand, by kind, the newest first."""
    fresh: Callable[[str, int], str] = lambda kind, _: f"{kind}-1"
    """A new id of a kind, given a digit."""
    draw: Callable[[Shape], Any] | None = None
    """Draws what no digits can say."""


def pick(options: Sequence[T], digit: int) -> T:
    """One of the options, the first for the smallest digits."""
    return options[digit * len(options) >> 8]


def shifted(day: date, days: int) -> date:
    """So many days later, within the time of made-up events."""
    later = day + timedelta(days)
    return FIRST if later < FIRST else min(later, LAST)


@lru_cache(maxsize=32_768)
def date_of(day: date, length: int) -> PartialDate:
    """The day, or its month or year, as the length of the text says: 10, 7 or 4."""
    return PartialDate(day.isoformat()[:length])


Reader = Callable[[int, int, World], Any]
"""Makes the value that two digits stand for; raises MissingIdError where it must refer to none."""


@cache
def reader_of(shape: Shape) -> Reader:
    """Return what makes the values of a shape; found once, as careers are made of thousands."""
    make = _READERS.get(type(shape))
    return partial(_drawn, shape) if make is None else make(shape)


def _one_of(options: Sequence[Any]) -> Reader:
    count = len(options)
    return lambda a, _b, _world: options[a * count >> 8]


def _text(least: int) -> Reader:
    if least <= 1:  # no word is empty
        return lambda a, _b, world: world.words[a * len(world.words) >> 8]

    def text(a: int, _b: int, world: World) -> str:
        word = pick(world.words, a)
        return word if len(word) >= least else word * least

    return text


def _day(a: int, b: int, world: World) -> PartialDate:
    return date_of(shifted(world.day, pick(_LATER, a)), pick(_CUT, b))


def _pairs(shape: Pairs) -> Reader:
    read, names_of = reader_of(shape.value), _items_of(shape.key)

    def pairs(a: int, b: int, world: World) -> immutabledict[Any, Any]:
        names = dict.fromkeys(names_of(max(shape.least, pick(_SIZES, b)), a, b, world))
        for n, name in enumerate(names):
            names[name] = read((a + 97 * n) % 256, b, world)
        return immutabledict(names)

    return pairs


def _part(cls: Any) -> Reader:
    fields = [(n, f.name, f.required, reader_of(f.shape)) for n, f in enumerate(fields_of(cls))]
    return lambda a, b, world: cls(
        **{
            name: read((a + 89 * n) % 256, (b + 53 * n) % 256, world)
            for n, name, required, read in fields
            if required or (a + 61 * n) % 256 > _OFTEN
        }
    )


_CUT: Final = (10, 10, 7, 4)
"""How long a date's text is: mostly a day."""
_SIZES: Final = (1, 2, 3, 2)
_OFTEN: Final = 128


def _wholes(least: int, most: int) -> Sequence[int]:
    if most - least < _FEW:
        return sorted(range(least, most + 1), key=lambda number: (abs(number), -number))
    within = [number for number in _WHOLES if least <= number <= most]
    return within or [least, most]


def _numbers(least: float, most: float) -> Sequence[float]:
    ends = [end for end in (least, most) if end not in (-inf, inf, *_NUMBERS) and abs(end) > _TINY]
    within = [number for number in _NUMBERS if least <= number <= most] + ends or [least]
    return list(map(float, within))


_TINY: Final = 1e-300


def _standing(kinds: Sequence[str], world: World) -> Sequence[str]:
    ids: Sequence[str] = ()
    for kind in kinds:
        more = world.ids.get(kind, ())
        ids = [*ids, *more] if ids else more
    if not ids:
        raise MissingIdError(kinds[0])
    return ids


def _items_of(item: Shape) -> Callable[[int, int, int, World], list[Any]]:
    """What makes so many items, of the digits of the first."""
    if isinstance(item, Known):
        kinds = item.kinds
        # A contact may be oneself, which tells more than the same contact twice.
        besides = ["me"] if "contact" in kinds else []

        def known(size: int, a: int, _b: int, world: World) -> list[Any]:
            ids = [*_standing(kinds, world), *besides]
            start = a * len(ids) >> 8
            return [ids[(start + n) % len(ids)] for n in range(size)]

        return known
    read = reader_of(item)
    return lambda size, a, b, world: [
        read((a + 43 * n) % 256, (b + 71 * n) % 256, world) for n in range(size)
    ]


def _such(shape: Such, a: int, b: int, world: World) -> Any:
    """Return the first value from these digits on of which a function is true."""
    for value in _tried(shape.of, a, b, world):
        if shape.holds(value):
            return value
    return _drawn(shape, a, b, world)


def _tried(of: Shape, a: int, b: int, world: World) -> Iterator[Any]:
    if isinstance(of, Many):
        for size in range(of.least, of.least + 9):  # pragma: no branch - one of them fits
            yield of.container(_items_of(of.item)(size, a, b, world))
    else:
        for step in range(0, 256, 8):
            yield reader_of(of)((a + step) % 256, b, world)


def _drawn(shape: Shape, _a: int, _b: int, world: World) -> Any:
    if world.draw is None:
        raise MissingIdError("value of its own")
    return world.draw(shape)


def _many(shape: Many) -> Reader:
    items = _items_of(shape.item)
    return lambda a, b, world: shape.container(
        items(max(shape.least, pick(_SIZES, b)), a, b, world)
    )


_READERS: Final[dict[type, Callable[[Any], Reader]]] = {
    Text: lambda shape: _text(shape.least),
    Whole: lambda shape: _one_of(_wholes(shape.least, shape.most)),
    Number: lambda shape: _one_of(_numbers(shape.least, shape.most)),
    OneOf: lambda shape: _one_of(shape.options),
    Day: lambda _: _day,
    Maybe: lambda shape: reader_of(shape.of),
    Fresh: lambda shape: lambda a, _, world: world.fresh(shape.kind, a),
    Known: lambda shape: lambda a, _, world: pick(_standing(shape.kinds, world), a),
    Many: _many,
    Pairs: _pairs,
    Part: lambda shape: _part(shape.cls),
    Such: lambda shape: partial(_such, shape),
}
