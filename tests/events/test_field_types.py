"""A type of field is refused when the class is defined, or every value it accepts comes back."""

import enum
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NewType, TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import pytest
from immutabledict import immutabledict as imm

from careerledger import Ledger, PartialDate, event_from_dict, event_to_dict
from careerledger.errors import DefinitionError, FieldError
from careerledger.events import Action, CourseFinished, Event, Interval, MinLen, event


class Whole(enum.IntEnum):
    ONE = 1


class Words(enum.StrEnum):
    LOW = "low"
    HIGH = "high"


class Mixed(enum.Enum):
    ONE = 1
    WORD = "word"


class Odd(enum.Enum):
    PAIR = (1, 2)
    DAY = date(2024, 1, 1)
    NOTHING = None


class Day(date, enum.Enum):
    NEW_YEAR = (2024, 1, 1)


class Price(Decimal, enum.Enum):
    LOW = "1.50"


class Half(float, enum.Enum):
    HALF = 0.5


class Access(enum.Flag):
    READ = 1
    WRITE = 2


class Empty(enum.Enum):
    pass


@attrs.frozen
class Inner:
    number: int
    words: tuple[Words, ...] = ()


@attrs.frozen
class Wider(Inner):
    more: str = ""


@attrs.frozen(kw_only=True)
class Outer:
    inner: Inner
    by_day: imm[date, Inner]


@dataclass(frozen=True)
class Data:
    amount: Decimal
    inner: Inner | None = None
    derived: int = dataclass_field(init=False, default=3)


class Pair(NamedTuple):
    first: int


class Typed(TypedDict):
    first: int


@attrs.frozen
class WithEvent:
    event: Event


Name = NewType("Name", str)
BERLIN = ZoneInfo("Europe/Berlin")
INDIA = timezone(timedelta(hours=5, minutes=30))
SOME_ID = UUID(int=5)
COURSE = CourseFinished(on="2024", title="SQL")
NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)

ACCEPTED: list[tuple[Any, Any]] = [
    *((Decimal, Decimal(text)) for text in ("1.10", "-0", "0E+10", "1E+1000000", "1E-28")),
    *((datetime, NOON.astimezone(zone)) for zone in (UTC, BERLIN, INDIA)),
    (datetime, datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=BERLIN)),
    (datetime, datetime.max.replace(tzinfo=UTC)),
    *((date, day) for day in (date.min, date(2024, 2, 29), date.max)),
    (UUID, SOME_ID),
    *((kind, member) for kind in (Whole, Words, Mixed, Odd, Day, Price, Half) for member in kind),
    *((Access, Access(number)) for number in range(4)),
    *((Inner, Inner(1, (Words.LOW,))), (Data, Data(Decimal("1.0"), Inner(1))), (Event, COURSE)),
    (Outer, Outer(inner=Inner(1), by_day=imm({date(2024, 1, 1): Inner(2)}))),
    (tuple[Words, ...], (Words.LOW, Words.HIGH)),
    (tuple[Whole, Words], (Whole.ONE, Words.LOW)),
    *((tuple[()], ()), (tuple[tuple[int, str], ...], ((1, "a"),))),
    (tuple[date | None, ...], (None, date(2024, 1, 1))),
    (frozenset[Words], frozenset(Words)),
    (frozenset[Inner], frozenset({Inner(1), Inner(2)})),
    (frozenset[Decimal], frozenset({Decimal("1.0"), Decimal(2)})),
    (frozenset[datetime], frozenset({NOON})),
    (frozenset[UUID], frozenset({SOME_ID})),
    (frozenset[frozenset[str]], frozenset({frozenset({"a"})})),
    (frozenset[int | str], frozenset({1, "a"})),
    (imm[date, str], imm({date(2024, 1, 1): "a"})),
    (imm[PartialDate, str], imm({PartialDate("2024"): "a"})),
    (imm[datetime, str], imm({datetime(2024, 1, 1, tzinfo=INDIA): "a"})),
    *((imm[Decimal, str], imm({Decimal("1.10"): "a"})), (imm[UUID, int], imm({SOME_ID: 1}))),
    *((imm[Words, int], imm({Words.LOW: 1})), (imm[Whole, int], imm({Whole.ONE: 1}))),
    *((imm[Mixed, int], imm(dict.fromkeys(Mixed, 1))), (imm[Odd, int], imm({Odd.PAIR: 1}))),
    *((imm[Day, int], imm({Day.NEW_YEAR: 1})), (imm[Price, int], imm({Price.LOW: 1}))),
    *((imm[Access, int], imm({Access(3): 1})), (imm[bool, int], imm({True: 1}))),
    *((imm[int, str], imm({-1: "a", 2**62: "b"})), (imm[Name, int], imm({Name("a"): 1}))),
    *((imm[Literal["a"], int], imm({"a": 1})), (imm[Literal[1, 2], int], imm({1: 1}))),
    (imm[str, imm[str, tuple[Inner, ...]]], imm({"a": imm({"b": (Inner(1),)})})),
    *((Name, "x"), (Literal["a", 1], 1), (date | None, None)),
    *((int | str | None, "1"), (bool | int, True), (float, -0.0), (str, "a\0\u2028")),
    (Annotated[Decimal, Interval(ge=0)], Decimal("1.5")),
    (Annotated[date, Interval(ge=date(2020, 1, 1))], date(2024, 1, 1)),
    (Annotated[frozenset[Words], MinLen(1)], frozenset({Words.LOW})),
]
"""Types of fields, each with a value that it stores as it is."""

REFUSED: list[Any] = [
    *(list, dict, set[int], list[int], dict[str, int], tuple, frozenset, imm, Mapping[str, int]),
    *(Sequence[int], Iterable[int], Callable, bytes, complex, timedelta, time, range, ZoneInfo),
    *(object, Any, None, type, type[int], Path, Pair, Typed, enum.Enum, Empty, 3),
    *(Action, CourseFinished, tuple[Event, ...], imm[str, Event], Event | None, WithEvent),
    *(imm[float, str], imm[tuple[int, int], str], imm[Inner, int], imm[int | str, int]),
    *(imm[str | None, int], imm[Literal[1, "a"], int], date | str, Words | Whole, Inner | Data),
    *(Literal[Words.LOW], Literal[b"x"], tuple[Any, ...]),
]
"""Types that no field may have."""

WRONG_VALUES: list[tuple[Any, Any]] = [
    *((Decimal, wrong) for wrong in (Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), 1, "1")),
    *((datetime, wrong) for wrong in (datetime(2024, 1, 1), date(2024, 1, 1), "2024-01-01")),  # noqa: DTZ001
    (datetime, datetime(1890, 1, 1, tzinfo=BERLIN)),
    *((date, wrong) for wrong in (NOON, "2024-01-01", 20240101)),
    *((UUID, str(SOME_ID)), (Whole, 1), (Words, "low"), (Mixed, "ONE"), (float, Decimal("1.5"))),
    *((Inner, Wider(1, (), "lost")), (tuple[Inner, ...], (Wider(1),)), (Inner, {"number": 1})),
    *((imm[date, str], {"2024-01-01": "a"}), (frozenset[Words], {"low"}), (Event, None)),
    *((float, float("nan")), (int, True), (int, 2**63), (str, "\ud800"), (Literal["a", 1], True)),
]
"""Types of fields, each with a value that it refuses."""

numbers = count()


def types_of(pairs: list[tuple[Any, Any]]) -> list[str]:
    """Return the types as names of tests; values such as sets have texts that vary."""
    return [str(annotation) for annotation, _ in pairs]


def define(annotation: Any) -> Any:
    body = {"__annotations__": {"value": annotation}, "__module__": "acme"}
    return event(f"acme.field-{next(numbers)}")(type("Typed", (Action,), body))


@pytest.mark.parametrize(("annotation", "value"), ACCEPTED, ids=types_of(ACCEPTED))
def test_accepted_value_comes_back_as_it_was(annotation, value, tmp_path):
    stored = define(annotation)(on="2024", value=value)
    ledger = Ledger.in_memory()
    ledger.record(stored)
    ledger.verify()
    plain = json.loads(json.dumps(event_to_dict(stored)))
    ledger.export_jsonl(tmp_path / "a.jsonl")
    other = Ledger.in_memory()
    other.import_jsonl(tmp_path / "a.jsonl")

    for back in (ledger.entry(1).event, other.entry(1).event, event_from_dict(plain)):
        assert stored == back
        assert repr(stored) == repr(back)
        assert type(value) is type(back.value) or annotation is Name
    # Python calls an ambiguous time of one zone and the same of another zone unequal.
    assert value == stored.value or value.timestamp() == stored.value.timestamp()
    hash(stored)


@pytest.mark.parametrize("annotation", REFUSED, ids=str)
def test_refused_type_is_refused_when_the_class_is_defined(annotation):
    with pytest.raises(DefinitionError):
        define(annotation)


@pytest.mark.parametrize(("annotation", "value"), WRONG_VALUES, ids=types_of(WRONG_VALUES))
def test_wrong_value_is_refused_when_the_event_is_built(annotation, value):
    cls = define(annotation)
    with pytest.raises(FieldError, match=r"^value of Typed is "):
        cls(on="2024", value=value)
