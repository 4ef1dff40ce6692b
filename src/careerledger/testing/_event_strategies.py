"""Strategies for single events of any class, with every value that their rules allow."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from math import inf
from typing import Any, Final, TypeVar, cast, overload

from hypothesis import strategies as st
from immutabledict import immutabledict

from careerledger.dates import PartialDate
from careerledger.errors import DefinitionError
from careerledger.events import Action, Event, catalogue, load_catalogue
from careerledger.testing._byte_values import MissingIdError, World, date_of, value_maker
from careerledger.testing._field_shapes import (
    AnyEvent,
    AnyOf,
    Day,
    Drawn,
    FieldShape,
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

E = TypeVar("E", bound=Event)

Ids = Callable[[str], st.SearchStrategy[str]]
"""Returns a strategy for the ids of a kind, such as "contact"."""

FIRST_DAY: Final = date(1950, 1, 1)
LAST_DAY: Final = date(2026, 1, 1)

HOSTILE: Final = (
    *(":", '"', "\\", '":', '\\":', " :", "\t", "\r\n", " ", "\0", "'", "{}", "[1]", ",", "null"),
    *('"type":"', "\\u003a", "\\ud800", "\u2028", "\ufeff", "é", "e\u0301", "\U0001f600"),
)
"""Pieces of text that often break programs."""


def facts() -> list[type[Action]]:
    """Return the library's event classes that a person records, sorted by name."""
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
    """Return texts that UTF-8 can encode: mostly odd characters, sometimes pieces of JSON.

    Args:
        min_size: The minimum length.
    """
    pieces = st.lists(st.sampled_from(HOSTILE), min_size=min_size, max_size=max(min_size, 4))
    return st.one_of(st.text(min_size=min_size, max_size=max(min_size, 12)), pieces.map("".join))


def partial_dates() -> st.SearchStrategy[PartialDate]:
    """Return years, months and days from 1950 to 2025; they shrink to years, and towards 2000."""
    return st.builds(date_of, st.dates(FIRST_DAY, LAST_DAY), st.sampled_from([4, 7, 10]))


def any_ids(_kind: str) -> st.SearchStrategy[str]:
    """Return any texts, as ids that no event needs to introduce."""
    return texts(min_size=1)


@overload
def events(
    cls: type[E], /, *, ids: Ids = any_ids, **fields: st.SearchStrategy[Any]
) -> st.SearchStrategy[E]: ...
@overload
def events(cls: None = None, /, *, ids: Ids = any_ids) -> st.SearchStrategy[Action]: ...


def events(
    cls: type[Event] | None = None, /, *, ids: Ids = any_ids, **fields: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """Return events of a class, made from the types, rules and references of its fields.

        events(HackathonWon, code=st.from_regex("[A-Z]{3}-[0-9]+", fullmatch=True))

    No draw is discarded, except for a ``Predicate`` of your own. Texts are as hostile as UTF-8
    allows. An event shrinks to its required fields.

    Args:
        cls: Any event class, including your own and corrections. None: any class of the library
            that a person records.
        ids: Returns a strategy for the ids of a kind that an event introduces or refers to.
            Default: any text, whether the id exists or not; see ``careers`` for events that fit
            together.
        fields: Strategies for fields by name, such as one whose ``Predicate`` hardly any value
            fulfils. Each event has these fields.

    Raises:
        DefinitionError: The class is not an event class, or it has no field of a name.
    """
    if cls is None:
        if fields:
            raise DefinitionError(
                f"events() has a strategy for the field {min(fields)} but no event class; "
                "pass the class first, as events(CourseFinished, title=...)"
            )
        return st.sampled_from(facts()).flatmap(lambda cls: events(cls, ids=ids))
    if not hasattr(cls, "__event__"):
        raise DefinitionError(f"{cls!r} is not an event class; make it one with @event('a.name')")
    if fields:
        return _instances(cls, ids, checked_fields(cls, fields))
    return _with_any_ids(cast("Any", cls)) if ids is any_ids else _instances(cls, ids)


def checked_fields(cls: type[Any], strategies: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return strategies by field name; DefinitionError unless the class has all the fields."""
    names = [field.name for field in fields_of(cast("Any", cls))]
    for name, strategy in strategies.items():
        if name not in names:
            raise DefinitionError(
                f"event {cls.__name__} has no field {name!r}; give a strategy for one of "
                f"{', '.join(names)}"
            )
        if not isinstance(strategy, st.SearchStrategy):
            raise DefinitionError(
                f"the strategy for the field {name} of event {cls.__name__} is {strategy!r}; "
                "pass one of Hypothesis, such as st.integers(1, 5)"
            )
    return strategies


def _instances(
    cls: type[Any], ids: Ids, strategies: Mapping[str, Any] = immutabledict()
) -> st.SearchStrategy[Any]:
    fields: Sequence[FieldShape] = fields_of(cast("Any", cls))
    required = {f.name: values_of(f.shape, ids) for f in fields if f.required} | dict(strategies)
    optional = {f.name: values_of(f.shape, ids) for f in fields if f.name not in required}
    values = st.fixed_dictionaries(required, optional=optional)
    return values.map(lambda arguments: cls(**arguments))


@cache
def _with_any_ids(cls: Any) -> st.SearchStrategy[Any]:
    return _instances(cls, any_ids)


def values_of(shape: Shape, ids: Ids = any_ids) -> st.SearchStrategy[Any]:
    """Return a strategy for the values of a shape."""
    return _STRATEGIES[type(shape)](shape, ids)


_MakeStrategy = Callable[[Any, Ids], st.SearchStrategy[Any]]


def _numbers(shape: Number, _ids: Ids) -> st.SearchStrategy[Any]:
    if shape.kind is Decimal:
        return st.decimals(
            min_value=None if shape.least == -inf else Decimal(f"{shape.least:.15g}"),
            max_value=None if shape.most == inf else Decimal(f"{shape.most:.15g}"),
            allow_nan=False,
            allow_infinity=False,
        )
    return st.floats(
        min_value=None if shape.least == -inf else shape.least,
        max_value=None if shape.most == inf else shape.most,
        allow_nan=False,
        allow_infinity=False,
    )


def _mappings(shape: Pairs, ids: Ids) -> st.SearchStrategy[Any]:
    keys, values = values_of(shape.key, ids), values_of(shape.value, ids)
    pairs = st.dictionaries(keys, values, min_size=shape.least, max_size=max(shape.least, 3))
    return pairs.map(immutabledict)


def _filtered(shape: Filtered, ids: Ids) -> st.SearchStrategy[Any]:
    if isinstance(shape.of, Many):
        return _filtered_collections(shape.of, shape.condition, ids)
    return values_of(shape.of, ids).filter(shape.condition)


def _moments(_shape: Moment, _ids: Ids) -> st.SearchStrategy[datetime]:
    offsets = st.integers(-14 * 60, 14 * 60).map(lambda n: timezone(timedelta(minutes=n)))
    return st.datetimes(timezones=offsets)


def _collections(shape: Many, ids: Ids) -> st.SearchStrategy[Any]:
    return _collections_of_size(shape, ids, shape.least, max(shape.least, 3))


def _collections_of_size(shape: Many, ids: Ids, least: int, most: int) -> st.SearchStrategy[Any]:
    items, unique = values_of(shape.item, ids), shape.container is frozenset
    return st.lists(items, min_size=least, max_size=most, unique=unique).map(shape.container)


def _filtered_collections(
    shape: Many, condition: Callable[[Any], bool], ids: Ids
) -> st.SearchStrategy[Any]:
    """Return collections that fulfil a condition, which is mostly about their size."""
    sizes = range(shape.least, shape.least + 9)
    accepted = [size for size in sizes if _accepts_size(shape, size, condition)]
    return (
        st.sampled_from(accepted or sizes)
        .flatmap(lambda size: _collections_of_size(shape, ids, size, size))
        .filter(condition)
    )


def _accepts_size(shape: Many, size: int, condition: Callable[[Any], bool]) -> bool:
    """Return whether a collection of this size fulfils the condition, as one example shows."""
    make = value_maker(shape.item)
    try:
        return condition(shape.container([make(29 * n % 256, 0, World()) for n in range(size)]))
    except MissingIdError:
        return True


_STRATEGIES: Final[dict[type, _MakeStrategy]] = {
    Text: lambda shape, _: texts(shape.least),
    Whole: lambda shape, _: st.integers(shape.least, shape.most),
    Number: _numbers,
    OneOf: lambda shape, _: st.sampled_from(shape.options),
    Day: lambda _shape, _ids: partial_dates(),
    Maybe: lambda shape, ids: st.none() | values_of(shape.of, ids),
    Many: _collections,
    Pairs: _mappings,
    NewId: lambda shape, ids: ids(shape.kind),
    Reference: lambda shape, ids: st.one_of([ids(kind) for kind in shape.kinds]),
    AnyEvent: lambda _shape, _ids: st.deferred(events),
    Instance: lambda shape, ids: _instances(shape.cls, ids),
    Filtered: _filtered,
    Moment: _moments,
    Identifier: lambda _shape, _ids: st.uuids(),
    Fixed: lambda shape, ids: st.tuples(*(values_of(item, ids) for item in shape.items)),
    AnyOf: lambda shape, ids: st.one_of([values_of(option, ids) for option in shape.options]),
    OtherType: lambda shape, _: st.from_type(shape.cls),
    Drawn: lambda shape, _: shape.strategy,
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
