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
    "check_period",
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

    A PartialDate is its own ISO 8601 text. It compares, sorts and hashes as text, and text order is
    time order: a period comes before all dates within it. Where a single day is needed, a period
    counts as its first day.

    Raises DateError for any other text, for a date that does not exist in the calendar, and for a
    datetime (pass ``moment.date()`` instead).
    """

    __slots__ = ("first_day", "ordinal")

    first_day: date
    """The day itself, or the first day of the month or year."""
    ordinal: int
    """``first_day`` as a proleptic Gregorian ordinal, for counting days."""

    def __new__(cls, value: str | date) -> Self:
        """Make a date from its text or from a ``datetime.date``."""
        if type(value) is cls:
            return value
        if isinstance(value, datetime):
            raise DateError(f"{value!r} is an instant, not a date; pass its date() instead")
        if isinstance(value, date):
            value = value.isoformat()
        if not isinstance(cast("object", value), str):
            raise DateError(
                f"{shown(value)} is not a date; pass text such as '2019-03-14', or a date"
            )
        shape = _SHAPE.fullmatch(value)
        if shape is None:
            raise DateError(
                f"{shown(value)} is not a date; write a year, a month or a day: "
                "'2019', '2019-03' or '2019-03-14'"
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
        """How precise the date is: ``"year"``, ``"month"`` or ``"day"``."""
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

    def is_before(self, other: "PartialDate") -> bool:
        """Return whether all of this date lies before all of another."""
        return self.last_day < other.first_day

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
    """Return the date with this first day and precision, three times as fast as from its text.

    Args:
        ordinal: The proleptic Gregorian ordinal of the first day, already checked.
        length: The length of the date's text: 4, 7 or 10.
    """
    first_day = date.fromordinal(ordinal)
    self = str.__new__(PartialDate, first_day.isoformat()[:length])
    self.first_day, self.ordinal = first_day, ordinal
    return self


DateLike = str | date
"""A date as arguments accept it: ISO 8601 text or a ``datetime.date``."""


def as_of(value: DateLike) -> date:
    """Return the day for which a question is asked; a month or year stands for its last day."""
    return PartialDate(value).last_day


def as_instant(value: datetime | str) -> datetime:
    """Return the instant for which a question is asked; raise DateError if it has no UTC offset."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise DateError(
                f"known_at is {shown(value)}, which is not an instant; "
                "write it as '2026-11-22T18:00:00Z', or pass an aware datetime"
            ) from None
    if not isinstance(cast("object", value), datetime):
        raise DateError(
            f"known_at is {shown(value)}, which is not an instant; pass an aware datetime"
        )
    if value.tzinfo is None:
        raise DateError(
            f"known_at is {value.isoformat()!r}, which has no offset from UTC; "
            "add it, as in '2026-11-22T18:00:00Z'"
        )
    return value


def period_ends(every: str, first: date, last: date) -> list[date]:
    """Return the last day of each period from ``first`` on; the final one is ``last`` itself.

    Args:
        every: ``"day"``, ``"week"`` (Monday to Sunday), ``"month"``, ``"quarter"`` or ``"year"``.
        first: A day in the first period.
        last: A day in the final period.

    Raises:
        DateError: ``last`` is before ``first``, or ``every`` is not one of these words.
    """
    if every not in PERIODS:
        raise DateError(f"every is {shown(every)}; it must be one of {', '.join(PERIODS)}")
    check_period(first, last)
    ends: list[date] = []
    end = _period_end(every, first)
    while end < last:
        ends.append(end)
        end = _period_end(every, end + timedelta(days=1))
    return [*ends, last]


def check_period(first: date, last: date) -> None:
    """Raise DateError if a period ends before it begins."""
    if last < first:
        raise DateError(f"the period ends on {last}, before it begins on {first}; swap the dates")


PERIODS: Final = ("day", "week", "month", "quarter", "year")
"""The calendar periods of a series."""


def _period_end(every: str, day: date) -> date:
    if every == "day":
        return day
    if every == "week":
        return day + min(timedelta(days=6 - day.weekday()), date.max - day)
    month = day.month if every == "month" else 12 if every == "year" else -(-day.month // 3) * 3
    return PartialDate(f"{day.year:04}-{month:02}").last_day
