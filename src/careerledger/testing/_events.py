"""Strategies for single events of any class, as odd as their rules allow."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from math import inf
from typing import Any, Final, TypeVar, cast, get_args, get_origin, overload

from hypothesis import HealthCheck, strategies as st
from immutabledict import immutabledict

from careerledger.dates import PartialDate
from careerledger.errors import DefinitionError
from careerledger.events import Action, Event, catalogue, load_catalogue
from careerledger.testing._digits import MissingIdError, World, reader_of
from careerledger.testing._shapes import (
    Day,
    Fact,
    FieldShape,
    Foreign,
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
    shape_of,
)

E = TypeVar("E", bound=Event)

Ids = Callable[[str], st.SearchStrategy[str]]
"""The ids to use for a kind, such as "contact"."""

FIRST_DAY: Final = date(1950, 1, 1)
LAST_DAY: Final = date(2026, 1, 1)

EVERY_CHECK: Final[list[Any]] = list(cast("Any", HealthCheck))
"""What Hypothesis warns of; the laws count for themselves what was worth trying."""

HOSTILE: Final = (
    *(":", '"', "\\", '":', '\\":', " :", "\t", "\r\n", " ", "\0", "'", "{}", "[1]", ",", "null"),
    *('"type":"', "\\u003a", "\\ud800", "\u2028", "\ufeff", "é", "e\u0301", "\U0001f600"),
)
"""Pieces of text that programs stumble over."""


def facts() -> list[type[Action]]:
    """The event classes of the library that a person records, sorted by name."""
    load_catalogue()
    return sorted(
        (
            cls
            for cls in catalogue
            if issubclass(cls, Action) and cls.__module__.startswith("careerledger.")
        ),
        key=lambda cls: cls.__name__,
    )


def texts(min_size: int = 0) -> st.SearchStrategy[str]:
    """Text that UTF-8 can write: mostly odd characters, sometimes pieces of JSON.

    Args:
        min_size: How long it is at least.
    """
    pieces = st.lists(st.sampled_from(HOSTILE), min_size=min_size, max_size=max(min_size, 4))
    return st.one_of(st.text(min_size=min_size, max_size=max(min_size, 12)), pieces.map("".join))


def partial_dates() -> st.SearchStrategy[PartialDate]:
    """Years, months and days from 1950 to 2025; they shrink to a year, and towards 2000."""

    def cut(day: date, length: int) -> PartialDate:
        return PartialDate(day.isoformat()[:length])

    return st.builds(cut, st.dates(FIRST_DAY, LAST_DAY), st.sampled_from([4, 7, 10]))


def any_ids(_kind: str) -> st.SearchStrategy[str]:
    """Return ids that need not exist."""
    return texts(min_size=1)


@overload
def events(cls: type[E], /, *, ids: Ids = any_ids) -> st.SearchStrategy[E]: ...
@overload
def events(cls: None = None, /, *, ids: Ids = any_ids) -> st.SearchStrategy[Action]: ...


def events(cls: type[Event] | None = None, /, *, ids: Ids = any_ids) -> st.SearchStrategy[Any]:
    """Events of a class, made from its fields: their types, their rules, and what they refer to.

    Nothing is drawn and thrown away, but for a ``Predicate`` of one's own. Text is as hostile as
    UTF-8 can be. An event shrinks to one in which only required fields are given.

    Args:
        cls: Any event class, one's own included; corrections too. None: any class of the
            library that a person records.
        ids: Makes the ids that an event introduces or refers to, given their kind. Default: any
            text, whether such an id exists or not; see ``careers`` for events that fit together.

    Raises:
        DefinitionError: The class is not an event.
    """
    if cls is None:
        return st.sampled_from(facts()).flatmap(lambda cls: events(cls, ids=ids))
    if not hasattr(cls, "__event__"):
        raise DefinitionError(f"{cls!r} is not an event class; make it one with @event('a.name')")
    return _with_any_ids(cast("Any", cls)) if ids is any_ids else _instances(cls, ids)


def _instances(cls: type[Any], ids: Ids) -> st.SearchStrategy[Any]:
    def of(*, required: bool) -> dict[str, st.SearchStrategy[Any]]:
        found: list[FieldShape] = [f for f in fields_of(cast("Any", cls)) if f.required is required]
        return {f.name: values_of(f.shape, ids) for f in found}

    drawn = st.fixed_dictionaries(of(required=True), optional=of(required=False))
    return drawn.map(lambda given: cls(**given))


@cache
def _with_any_ids(cls: Any) -> st.SearchStrategy[Any]:
    return _instances(cls, any_ids)


def values_of(shape: Shape, ids: Ids = any_ids) -> st.SearchStrategy[Any]:
    """Return the values of a shape."""
    make: _Make = _VALUES.get(type(shape), _foreign)
    return make(shape, ids)


_Make = Callable[[Any, Ids], st.SearchStrategy[Any]]


def _numbers(shape: Number, _ids: Ids) -> st.SearchStrategy[float]:
    return st.floats(
        min_value=None if shape.least == -inf else shape.least,
        max_value=None if shape.most == inf else shape.most,
        allow_nan=False,
        allow_infinity=False,
    )


def _pairs(shape: Pairs, ids: Ids) -> st.SearchStrategy[Any]:
    keys, values = values_of(shape.key, ids), values_of(shape.value, ids)
    pairs = st.dictionaries(keys, values, min_size=shape.least, max_size=max(shape.least, 3))
    return pairs.map(immutabledict)


def _such(shape: Such, ids: Ids) -> st.SearchStrategy[Any]:
    if isinstance(shape.of, Many):
        return _sized(shape.of, shape.holds, ids)
    return values_of(shape.of, ids).filter(shape.holds)


def _foreign(shape: Foreign, ids: Ids) -> st.SearchStrategy[Any]:
    kind = shape.cls
    if isinstance(kind, tuple):
        return st.one_of([values_of(shape_of(each), ids) for each in cast("Any", kind)])
    if get_origin(kind) is tuple:
        return st.tuples(*(values_of(shape_of(each), ids) for each in get_args(kind)))
    if kind is datetime:
        offsets = st.integers(-14 * 60, 14 * 60).map(lambda n: timezone(timedelta(minutes=n)))
        return st.datetimes(timezones=offsets)
    if kind is Decimal:
        return st.decimals(allow_nan=False, allow_infinity=False)
    return st.from_type(kind)


def _collections(shape: Many, ids: Ids) -> st.SearchStrategy[Any]:
    return _of_sizes(shape, ids, shape.least, max(shape.least, 3))


def _of_sizes(shape: Many, ids: Ids, least: int, most: int) -> st.SearchStrategy[Any]:
    items, unique = values_of(shape.item, ids), shape.container is frozenset
    return st.lists(items, min_size=least, max_size=most, unique=unique).map(shape.container)


def _sized(shape: Many, holds: Callable[[Any], bool], ids: Ids) -> st.SearchStrategy[Any]:
    """Return collections of which a function is true, which mostly is about how many there are."""
    sizes = range(shape.least, shape.least + 9)
    fitting = [size for size in sizes if _fits(shape, size, holds)]
    return (
        st.sampled_from(fitting or sizes)
        .flatmap(lambda size: _of_sizes(shape, ids, size, size))
        .filter(holds)
    )


def _fits(shape: Many, size: int, holds: Callable[[Any], bool]) -> bool:
    """Return whether a function is true of a collection of this size, as far as digits can tell."""
    read = reader_of(shape.item)
    try:
        return holds(shape.container([read(29 * n % 256, 0, World()) for n in range(size)]))
    except MissingIdError:
        return True


_VALUES: Final[dict[type, _Make]] = {
    Text: lambda shape, _: texts(shape.least),
    Whole: lambda shape, _: st.integers(shape.least, shape.most),
    Number: _numbers,
    OneOf: lambda shape, _: st.sampled_from(shape.options),
    Day: lambda _shape, _ids: partial_dates(),
    Maybe: lambda shape, ids: st.none() | values_of(shape.of, ids),
    Many: _collections,
    Pairs: _pairs,
    Fresh: lambda shape, ids: ids(shape.kind),
    Known: lambda shape, ids: st.one_of([ids(kind) for kind in shape.kinds]),
    Fact: lambda _shape, _ids: st.deferred(events),
    Part: lambda shape, ids: _instances(shape.cls, ids),
    Such: _such,
}


def strategy_for(thing: Any) -> st.SearchStrategy[Any] | None:
    """Return a strategy for an event class or for ``PartialDate``; None for anything else."""
    if not isinstance(thing, type):
        return None
    if issubclass(thing, PartialDate):
        return partial_dates()
    if thing is Event or not issubclass(thing, Event):
        return None
    return events(thing) if hasattr(thing, "__event__") else events()
