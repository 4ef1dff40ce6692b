"""Hypothesis strategies for events: any class, the catalogue's or a user's own, from its fields.

They draw what the rules of a field allow directly, so that nothing is thrown away; text is as
hostile as UTF-8 can be.
"""

import types
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from math import ceil, floor, inf, nextafter
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

import attrs
from annotated_types import Ge, GroupedMetadata, Gt, Interval, Le, Lt, MinLen, Predicate
from hypothesis import strategies as st
from immutabledict import immutabledict

from careerledger import Entry
from careerledger import events as events_package
from careerledger.dates import PartialDate
from careerledger.events import (
    Accepts,
    Action,
    Event,
    Introduces,
    Refers,
    catalogue,
    event,
    field,
    load_catalogue,
)
from careerledger.events.correction import EntryAmended, EntryVoided, _is_a_fact
from careerledger.events.vision import _five_or_none

FIRST_DAY = date(1950, 1, 1)
TODAY = date(2026, 11, 22)

load_catalogue()
FACTS = sorted(
    (c for c in catalogue if issubclass(c, Action) and c.__module__.startswith("careerledger.")),
    key=lambda c: c.__name__,
)
"""The event classes of the library that a person records."""
CORRECTIONS = [EntryAmended, EntryVoided]

Ids = Callable[[str], st.SearchStrategy[str]]
"""The ids to use for a kind, such as "contact"."""

_HOSTILE = (":", '"', "\\", '":', '\\":', " :", "\t", "\r\n", " ", "\0", "'", "{}", "[1]", ",")
_HOSTILE += ("null", '"type":"', "\\u003a", "\\ud800", "\u2028", "\ufeff", "é", "e\u0301", "😀")


def texts(min_size: int = 0) -> st.SearchStrategy[str]:
    """Text without lone surrogates: mostly odd characters, sometimes pieces of JSON."""
    pieces = st.lists(st.sampled_from(_HOSTILE), min_size=min_size, max_size=max(min_size, 4))
    return st.one_of(st.text(min_size=min_size, max_size=max(min_size, 12)), pieces.map("".join))


def partial_dates() -> st.SearchStrategy[PartialDate]:
    """Years, months and days from 1950 to today."""
    return st.builds(
        lambda day, length: PartialDate(day.isoformat()[:length]),
        st.dates(FIRST_DAY, TODAY),
        st.sampled_from([4, 7, 10]),
    )


def any_ids(kind: str) -> st.SearchStrategy[str]:
    """Ids that need not exist."""
    return texts(min_size=1)


def bounds_of(rule: object) -> list[object]:
    """A rule, the library's or that of annotated-types, as the latter's single bounds."""
    if isinstance(rule, events_package.Interval):
        rule = Interval(**rule._asdict())
    elif isinstance(rule, events_package.MinLen):
        rule = MinLen(rule.min_length)
    elif isinstance(rule, events_package.Predicate):
        rule = Predicate(rule.func)
    return list(rule) if isinstance(rule, GroupedMetadata) else [rule]


def values_for(  # noqa: PLR0911 - one for each kind of annotation
    annotation: Any, ids: Ids = any_ids
) -> st.SearchStrategy[Any]:
    """The values that a field with this annotation may be given."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        base, *rules = arguments
        return _ruled(base, rules, ids)
    if isinstance(annotation, NewType):
        return values_for(annotation.__supertype__, ids)
    if origin in (Union, types.UnionType):
        return st.one_of([values_for(option, ids) for option in arguments])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (tuple, frozenset, immutabledict):
        return _many(origin, arguments, 0, ids)
    if isinstance(annotation, type) and attrs.has(annotation):
        return _instances(annotation, ids)
    return _PLAIN[annotation]() if annotation in _PLAIN else st.from_type(annotation)


_PLAIN: dict[Any, Callable[[], st.SearchStrategy[Any]]] = {
    str: texts,
    int: lambda: _integers(-(2**63), 2**63 - 1),
    float: lambda: _floats(-inf, inf),
    PartialDate: partial_dates,
}


def _ruled(base: Any, rules: list[Any], ids: Ids) -> st.SearchStrategy[Any]:
    rules = [bound for rule in rules for bound in bounds_of(rule)]
    for rule in rules:
        if isinstance(rule, Introduces):
            return ids(rule.kind)
        if isinstance(rule, Refers):
            return st.one_of([ids(kind) for kind in rule.kinds])
    found = _within(base, rules, ids)
    for rule in rules:
        if isinstance(rule, Predicate):
            drawn = _BY_PREDICATE.get(rule.func)
            found = found.filter(rule.func) if drawn is None else drawn
    return found


def _within(base: Any, rules: list[Any], ids: Ids) -> st.SearchStrategy[Any]:
    """The values of a type within its bounds."""
    size = max([rule.min_length for rule in rules if isinstance(rule, MinLen)], default=0)
    if base is str:
        return texts(size)
    if size:
        return _many(get_origin(base), get_args(base), size, ids)
    if base not in (int, float):
        return values_for(base, ids)
    above = [nextafter(rule.gt, inf) for rule in rules if isinstance(rule, Gt)]
    below = [nextafter(rule.lt, -inf) for rule in rules if isinstance(rule, Lt)]
    least = max([rule.ge for rule in rules if isinstance(rule, Ge)] + above, default=-inf)
    most = min([rule.le for rule in rules if isinstance(rule, Le)] + below, default=inf)
    if base is float:
        return _floats(least, most)
    return _integers(ceil(max(least, -(2**63))), floor(min(most, 2**63 - 1)))


def _integers(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most)


def _floats(least: float, most: float) -> st.SearchStrategy[float]:
    bounds = {
        "min_value": None if least == -inf else least,
        "max_value": None if most == inf else most,
    }
    return st.floats(**bounds, allow_nan=False, allow_infinity=False)


def _many(origin: Any, arguments: tuple[Any, ...], size: int, ids: Ids) -> st.SearchStrategy[Any]:
    if origin is immutabledict:
        name, value = (values_for(argument, ids) for argument in arguments)
        pairs = st.dictionaries(name, value, min_size=size, max_size=max(size, 3))
        return pairs.map(immutabledict)
    item = values_for(arguments[0], ids)
    unique = origin is frozenset
    return st.lists(item, min_size=size, max_size=max(size, 3), unique=unique).map(origin)


def _instances(cls: type[Any], ids: Ids) -> st.SearchStrategy[Any]:
    required = {
        a.name: values_for(a.type, ids) for a in attrs.fields(cls) if a.default is attrs.NOTHING
    }
    optional = {
        a.name: values_for(a.type, ids) for a in attrs.fields(cls) if a.default is not attrs.NOTHING
    }
    return st.fixed_dictionaries(required, optional=optional).map(lambda given: cls(**given))


@cache
def _instances_with_any_ids(cls: type[Any]) -> st.SearchStrategy[Any]:
    return _instances(cls, any_ids)


def events(cls: type[Event] | None = None, *, ids: Ids = any_ids) -> st.SearchStrategy[Any]:
    """Events of a class; without one, of any class that a person records.

    Args:
        cls: Any event class, corrections and a user's own included.
        ids: Which ids the event may introduce or refer to, by their kind.
    """
    if cls is None:
        return st.sampled_from(FACTS).flatmap(lambda cls: events(cls, ids=ids))
    return _instances_with_any_ids(cls) if ids is any_ids else _instances(cls, ids)


_BY_PREDICATE: dict[Any, st.SearchStrategy[Any]] = {
    _five_or_none: st.sampled_from([0, 5]).flatmap(
        lambda size: st.lists(texts(), min_size=size, max_size=size).map(tuple)
    ),
    _is_a_fact: st.deferred(events),
}
"""For predicates that random values would seldom satisfy."""


def entries(of: st.SearchStrategy[Event]) -> st.SearchStrategy[Entry[Any]]:
    """Entries of these events, with hostile ids and keys."""
    instants = st.datetimes(datetime(1950, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the time zone is given apart
    return st.builds(entry_of, of, texts(min_size=1), instants, st.none() | texts(min_size=1))


def entry_of(
    event: Event,
    id: str = "0190",  # noqa: A002 - as the field is named
    recorded_at: datetime = datetime(2024, 5, 6, 7, 8, 9, 123456, UTC),
    key: str | None = None,
) -> Entry[Any]:
    """An entry as a ledger would make it."""
    kind = event.__event__
    return Entry(
        id=id,
        type=kind.name,
        version=kind.version,
        recorded_at=recorded_at,
        key=key,
        event=event,
        seq=1,
    )


# A user's own events, which between them have every kind of field there is

Mark = NewType("Mark", int)


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@attrs.frozen(kw_only=True)
class Place:
    city: str
    country: str | None = None
    visits: tuple[PartialDate, ...] = ()


@attrs.frozen(kw_only=True)
class Trip:
    to: Place
    via: tuple[Place, ...] = ()
    cost: Annotated[float, Interval(ge=0)] = 0.0


def _even(number: int) -> bool:
    """an even number"""  # noqa: D403, D415 - it completes a sentence
    return number % 2 == 0


def _late(day: PartialDate) -> bool:
    """a date from 1960"""  # noqa: D403, D415 - it completes a sentence
    return day >= "1960"


@event("acme.flat")
class Flat(Action):
    """Fields that both readers know."""

    flag: bool
    whole: int
    real: float
    text: str
    day: Accepts[PartialDate, str]
    choice: Literal["a", "b", 'c":']
    few: Annotated[int, Interval(gt=0, lt=4)]
    most: Annotated[int, Interval(le=2**62)]
    open_share: Annotated[float, Interval(gt=0, lt=1)]
    long: Annotated[str, MinLen(3)]
    some: Annotated[frozenset[Annotated[str, MinLen(2)]], MinLen(1)]
    maybe_flag: bool | None = None
    maybe_day: PartialDate | None = None
    days: tuple[PartialDate, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    marks: immutabledict[str, int] = field(default=immutabledict())
    by_name: immutabledict[Annotated[str, MinLen(1)], PartialDate] | None = None
    maybe_set: frozenset[str] | None = None
    numbers: frozenset[int] = frozenset()


@event("acme.deep")
class Deep(Action):
    """Fields that only the plain reader knows."""

    trip: Trip | None = None
    colour: Colour | None = None
    mark: Mark = Mark(0)
    by_word: Annotated[immutabledict[str, str], MinLen(1)] | None = None
    level: Literal[1, 2, True, "x"] = 1
    even: Annotated[int, Predicate(_even)] = 0
    least: Annotated[int, Ge(1)] = 1
    both: Annotated[float, Interval(ge=0), Interval(ge=-1, le=1)] = 0.0
    late: Annotated[PartialDate, Predicate(_late)] = PartialDate("2000")
    tables: tuple[immutabledict[str, int], ...] = ()
    by_day: immutabledict[PartialDate, int] = field(default=immutabledict())
    by_colour: immutabledict[str, frozenset[str]] = field(default=immutabledict())
    places: immutabledict[str, Place] = field(default=immutabledict())


@event("acme.plain")
class Bare(Action):
    """An event without a field of its own."""


MINE = [Flat, Deep, Bare]
"""A user's own classes."""
EVERY_CLASS = [*FACTS, *CORRECTIONS, *MINE]

WITHOUT_BYTES: list[Any] = [Decimal, date, datetime, complex]
"""Types that JSON cannot carry as events need it."""
