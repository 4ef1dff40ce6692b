"""Dates as people remember them: a year, a month, or a day."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, Self, cast

from careerledger.errors import DateError
from careerledger.text import shown

__all__ = [
    "PERIODS",
    "DateLike",
    "PartialDate",
    "as_instant",
    "as_of",
    "beginning",
    "cached_date",
    "period_ends",
]

_SHAPE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")

Precision = Literal["year", "month", "day"]
_PRECISION_BY_LENGTH: Final[dict[int, Precision]] = {4: "year", 7: "month", 10: "day"}
_DECEMBER: Final = 12
_MONTH: Final = 7
"""The length of a month's text."""


class PartialDate(str):
    """A date of year, month or day precision: ``"2019"``, ``"2019-03"``, ``"2019-03-14"``.

    It is the ISO 8601 text of reduced precision itself, so it compares, sorts and hashes as
    text, and that order is the order of time: a period comes before everything within it.
    Where a single day is needed, a period counts from its first day.

    Raises DateError for any other text, for a date that no calendar has, and for a datetime
    (say which day it was: ``moment.date()``).
    """

    __slots__ = ("first_day", "ordinal")

    first_day: date
    """The day itself, or the first day of the month or year."""
    ordinal: int
    """``first_day`` as a proleptic Gregorian ordinal, for counting days."""

    def __new__(cls, value: str | date) -> Self:
        """Make a date of its text, or of a day."""
        if type(value) is cls:
            return value
        if isinstance(value, datetime):
            raise DateError(f"{value!r} is an instant, not a date; give its date() instead")
        if isinstance(value, date):
            value = value.isoformat()
        if not isinstance(cast("object", value), str):
            raise DateError(
                f"{shown(value)} is not a date; give text such as '2019-03-14', or a date"
            )
        shape = _SHAPE.fullmatch(value)
        if shape is None:
            raise DateError(
                f"{shown(value)} is not a date; write a year, a month or a day "
                "as '2019', '2019-03' or '2019-03-14'"
            )
        year, month, day = shape.groups()
        try:
            first_day = date(int(year), int(month or 1), int(day or 1))
        except ValueError as error:
            raise DateError(f"{value!r} is not a date: {error}") from None
        self = super().__new__(cls, value)
        self.first_day = first_day
        self.ordinal = first_day.toordinal()
        return self

    def __repr__(self) -> str:
        return f"PartialDate({str(self)!r})"

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        return type(self), (str(self),)

    @property
    def precision(self) -> Precision:
        """How much of the date is known: ``"year"``, ``"month"`` or ``"day"``."""
        return _PRECISION_BY_LENGTH[len(self)]

    @property
    def last_day(self) -> date:
        """The day itself, or the last day of the month or year."""
        first = self.first_day
        if self.precision == "year":
            return first.replace(month=12, day=31)
        if self.precision == "day":
            return first
        if first.month == _DECEMBER:
            return first.replace(day=31)
        return first.replace(month=first.month + 1) - timedelta(days=1)

    @property
    def month(self) -> str:
        """The month of the first day, as ``"2019-03"``."""
        return self[:7] if len(self) >= _MONTH else f"{self}-01"


@lru_cache(maxsize=65_536)
def cached_date(text: str) -> PartialDate:
    """Return the date of a text, as ``PartialDate(text)`` does; dates repeat in a career."""
    return PartialDate(text)


@lru_cache(maxsize=65_536)
def beginning(ordinal: int, length: int) -> PartialDate:
    """The date whose first day has this ordinal, and whose text this length: 4, 7 or 10.

    It is for dates that were checked before, and takes a third of the time of the text.
    """
    first_day = date.fromordinal(ordinal)
    made = str.__new__(PartialDate, first_day.isoformat()[:length])
    made.first_day, made.ordinal = first_day, ordinal
    return made


DateLike = str | date
"""What is accepted wherever a date is asked for: ISO 8601 text or a ``datetime.date``."""


def as_of(value: DateLike) -> date:
    """The day that a question is asked for: a month or a year means its last day."""
    return PartialDate(value).last_day


def as_instant(value: datetime | str) -> datetime:
    """Return the instant that a question is asked for; DateError where its offset is missing."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise DateError(
                f"known_at is {shown(value)}, which is not an instant; "
                "write it as '2026-11-22T18:00:00Z', or give an aware datetime"
            ) from None
    if not isinstance(cast("object", value), datetime):
        raise DateError(f"known_at is {shown(value)}, which is a day and not an instant")
    if value.tzinfo is None:
        raise DateError(
            f"known_at is {value.isoformat()!r}, which could be anywhere; "
            "say its offset from UTC, as in '2026-11-22T18:00:00Z'"
        )
    return value


def period_ends(every: str, first: date, last: date) -> list[date]:
    """The last days of the periods from the one of a first day on, and the last day.

    Args:
        every: ``"day"``, ``"week"`` (Monday to Sunday), ``"month"``, ``"quarter"`` or ``"year"``.
        first: A day in the first period.
        last: The last of the days; its period may go on.

    Raises:
        DateError: ``last`` lies before ``first``, or ``every`` is none of these.
    """
    if every not in PERIODS:
        raise DateError(f"every is {every!r}; it must be one of {', '.join(PERIODS)}")
    if last < first:
        raise DateError(f"the period ends on {last}, before it begins on {first}")
    ends: list[date] = []
    end = _period_end(every, first)
    while end < last:
        ends.append(end)
        end = _period_end(every, end + timedelta(days=1))
    return [*ends, last]


PERIODS: Final = ("day", "week", "month", "quarter", "year")
"""What a calendar is divided into."""


def _period_end(every: str, day: date) -> date:
    if every == "day":
        return day
    if every == "week":
        return day + min(timedelta(days=6 - day.weekday()), date.max - day)
    month = day.month if every == "month" else 12 if every == "year" else -(-day.month // 3) * 3
    return PartialDate(f"{day.year:04}-{month:02}").last_day
