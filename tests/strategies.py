"""Events for the tests of the codec: entries of any, and classes with every kind of field."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NewType

import attrs
from annotated_types import Ge, GroupedMetadata, Interval, MinLen, Predicate
from hypothesis import strategies as st
from immutabledict import immutabledict

from careerledger import Entry, events as events_package
from careerledger.dates import PartialDate
from careerledger.events import Accepts, Action, Event, catalogue, event, field, load_catalogue
from careerledger.events.correction import EntryAmended, EntryVoided, SubjectForgotten
from careerledger.testing import events, partial_dates, texts

__all__ = ["events", "partial_dates", "texts"]

load_catalogue()
FACTS = sorted(
    (c for c in catalogue if issubclass(c, Action) and c.__module__.startswith("careerledger.")),
    key=lambda c: c.__name__,
)
"""The event classes of the library that a person records."""
CORRECTIONS = [EntryAmended, EntryVoided, SubjectForgotten]
ENDS = [
    (kind, start, end)
    for end in FACTS
    if end.__event__.ends
    for kind in end.__event__.ends[1:]
    for start in FACTS
    if start.__event__.introduces and kind in start.__event__.introduces[1:]
]
"""Each kind of thing that ends, with the class that begins it and one that ends it."""


def bounds_of(rule: object) -> list[object]:
    """A rule, the library's or that of annotated-types, as the latter's single bounds."""
    if isinstance(rule, events_package.Interval):
        rule = Interval(**rule._asdict())
    elif isinstance(rule, events_package.MinLen):
        rule = MinLen(rule.min_length)
    elif isinstance(rule, events_package.Predicate):
        rule = Predicate(rule.func)
    return list(rule) if isinstance(rule, GroupedMetadata) else [rule]


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
