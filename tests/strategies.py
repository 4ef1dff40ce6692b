"""Events for the tests of the codec: entries of any, and classes with every kind of field."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, Flag, IntEnum, StrEnum, auto
from typing import Annotated, Any, Literal, NewType
from uuid import UUID

import attrs
from annotated_types import Ge, GroupedMetadata, Interval, MinLen
from hypothesis import strategies as st
from immutabledict import immutabledict

from careerledger import Entry, events as events_package
from careerledger.dates import PartialDate
from careerledger.events import (
    Accepts,
    Action,
    Event,
    Predicate,
    catalogue,
    event,
    field,
    load_catalogue,
    register_type,
)
from careerledger.events.base import part
from careerledger.events.correction import (
    BatchUndone,
    EntryAmended,
    EntryVoided,
    SubjectForgotten,
)
from careerledger.testing import texts

load_catalogue()
FACTS = sorted(
    (c for c in catalogue if issubclass(c, Action) and c.__module__.startswith("careerledger.")),
    key=lambda c: c.__name__,
)
"""The event classes of the library that a person records."""
CORRECTIONS = [BatchUndone, EntryAmended, EntryVoided, SubjectForgotten]
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
    return list(rule) if isinstance(rule, GroupedMetadata) else [rule]


def entries(of: st.SearchStrategy[Event]) -> st.SearchStrategy[Entry[Any]]:
    """Entries of these events, with hostile ids and keys."""
    first, last = map(datetime.fromisoformat, ("1950-01-01", "2200-01-01"))
    instants = st.datetimes(first, last, timezones=st.just(UTC))
    return st.builds(entry_of, of, texts(min_size=1), instants, st.none() | texts(min_size=1))


def entry_of(
    event: Event,
    id_: str = "0190",
    recorded_at: datetime = datetime(2024, 5, 6, 7, 8, 9, 123456, UTC),
    key: str | None = None,
) -> Entry[Any]:
    """An entry as a ledger would make it."""
    kind = event.__event__
    return Entry(
        id=id_,
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


class Size(StrEnum):
    SMALL = auto()
    LARGE = auto()


class Rank(IntEnum):
    FIRST = 1
    SECOND = 2


class Corner(Enum):
    """JSON has no values such as these, so the names are written."""

    TOP = (0, 1)
    LEFT = (1, 0)


class Days(Flag):
    MONDAY = auto()
    TUESDAY = auto()
    FRIDAY = auto()


class Money:
    """A class of a user's own, with a form of its own in JSON."""

    def __init__(self, cents: int) -> None:
        self.cents = cents

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Money) and self.cents == other.cents

    def __hash__(self) -> int:
        return hash(self.cents)

    def __repr__(self) -> str:
        return f"Money({self.cents})"


register_type(
    Money,
    to_plain=lambda money: f"{money.cents} ct",
    from_plain=lambda text: Money(int(text.removesuffix(" ct"))),
)
st.register_type_strategy(Money, st.integers(-999, 999).map(Money))


@dataclass(frozen=True)
class Span:
    """A frozen dataclass will do as well."""

    first: date
    days: int = 1


@part
class Stop:
    """A part of events, with checks of its own."""

    city: Annotated[str, MinLen(1)]
    nights: Annotated[int, Interval(ge=0)] = 0


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
    return number % 2 == 0


def _late(day: PartialDate) -> bool:
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


@event("acme.rich")
class Rich(Action):
    """Types of Python's own, and parts of events, which both ways of reading know."""

    born: date | None = None
    at: datetime | None = None
    price: Decimal = Decimal("0.00")
    token: UUID | None = None
    size: Size = Size.SMALL
    rank: Rank | None = None
    tint: Colour = Colour.RED
    pair: tuple[int, str] = (0, "")
    either: int | str | bool | None = None
    number: int | float = 0
    stops: tuple[Stop, ...] = ()
    best: Stop | None = None
    holidays: frozenset[date] = frozenset()
    by_size: immutabledict[str, Decimal] = field(default=immutabledict())


@event("acme.deep")
class Deep(Action):
    """Fields that only the thorough way of reading knows."""

    trip: Trip | None = None
    colour: Colour | None = None
    mark: Mark = Mark(0)
    by_word: Annotated[immutabledict[str, str], MinLen(1)] | None = None
    level: Literal[1, 2, True, "x"] = 1
    even: Annotated[int, Predicate(_even, "an even number")] = 0
    least: Annotated[int, Ge(1)] = 1
    both: Annotated[float, Interval(ge=0), Interval(ge=-1, le=1)] = 0.0
    late: Annotated[PartialDate, Predicate(_late, "a date from 1960")] = PartialDate("2000")
    tables: tuple[immutabledict[str, int], ...] = ()
    by_day: immutabledict[PartialDate, int] = field(default=immutabledict())
    by_number: immutabledict[int, str] = field(default=immutabledict())
    by_birthday: immutabledict[date, Size] = field(default=immutabledict())
    by_rank: immutabledict[Rank, int] = field(default=immutabledict())
    by_token: immutabledict[UUID, bool] = field(default=immutabledict())
    by_price: immutabledict[Money, int] = field(default=immutabledict())
    by_corner: immutabledict[Corner, frozenset[Decimal]] = field(default=immutabledict())
    corner: Corner = Corner.TOP
    on_days: Days = Days.MONDAY
    money: Money | None = None
    span: Span | None = None
    spans: frozenset[Span] = frozenset()
    mixed: frozenset[int | str] = frozenset()
    moments: frozenset[datetime] = frozenset()
    by_colour: immutabledict[str, frozenset[str]] = field(default=immutabledict())
    places: immutabledict[str, Place] = field(default=immutabledict())


@event("acme.plain")
class Bare(Action):
    """An event without a field of its own."""


MINE = [Flat, Rich, Deep, Bare]
"""A user's own classes."""
EVERY_CLASS = [*FACTS, *CORRECTIONS, *MINE]

WITHOUT_BYTES: list[Any] = [complex, bytes, range, re.Pattern]
"""Types that have no form in JSON."""
