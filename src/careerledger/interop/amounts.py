"""Read numbers and durations as people and programs write them; nothing is guessed."""

import re
from contextlib import suppress
from datetime import datetime
from typing import Final

from careerledger.errors import FieldError

__all__ = ["hours_between", "read_hours", "read_number"]

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,12}(?:\.[0-9]{1,12})?")
_CERTAIN: Final = re.compile(
    r"[+-]?(?:[0-9]+|[0-9]+[.,](?:[0-9]{1,2}|[0-9]{4,12})|0[.,][0-9]{1,12})"
)
"""A number that can be read in one way only: in 1,500 the comma may separate thousands."""
_CLOCK: Final = re.compile(r"([0-9]{1,5}):([0-5][0-9])(?::([0-5][0-9])(?:\.[0-9]+)?)?")
_ISO: Final = re.compile(
    r"PT(?=.)(?:([0-9.]{1,12})H)?(?:([0-9.]{1,12})M)?(?:([0-9.]{1,12})S)?", re.IGNORECASE
)
_WORDS: Final = re.compile(
    r"(?=.)(?:([0-9]{1,6}(?:\.[0-9]{1,6})?) ?(?:hours?|hrs?|h|stunden?|std\.?))?"
    r",? ?(?:([0-9]{1,6}(?:\.[0-9]{1,6})?) ?(?:minutes?|mins?|min|m|minuten))?"
    r",? ?(?:([0-9]{1,6}(?:\.[0-9]{1,6})?) ?(?:seconds?|secs?|s))?",
    re.IGNORECASE,
)


def read_number(text: str, *, decimal: str | None = ".") -> float:
    """Return the number that a text means.

    Args:
        text: The text, such as ``"6.5"``. A separator of thousands is not read.
        decimal: The decimal point. None: a point or a comma, where only one can be meant.

    Raises:
        FieldError: It is no number.
    """
    plain = text.strip()
    if decimal == "," or (decimal is None and _CERTAIN.fullmatch(plain)):
        plain = plain.replace(",", ".") if plain.count(".") == 0 or decimal is None else ""
    elif decimal is None:
        plain = plain if plain.isdigit() else ""
    if _NUMBER.fullmatch(plain) is None:
        raise FieldError(
            f"{text!r} is not a number that can be read in one way; state the decimal point, as in "
            "decimal = ','"
        )
    return float(plain)


def read_hours(text: str, *, decimal: str | None = ".") -> float:
    """Return the hours that a text means, such as ``"1:30"``, ``"1h 30m"`` or ``"1.5"``.

    Raises:
        FieldError: It is no duration.
    """
    plain = text.strip()
    with suppress(FieldError):
        return read_number(plain, decimal=decimal)
    for shape in (_CLOCK, _ISO, _WORDS):
        found = shape.fullmatch(plain if decimal == "." else plain.replace(",", "."))
        if found is not None:
            with suppress(ValueError):  # such as 1.5.2
                hours, minutes, seconds = (float(part or 0) for part in found.groups())
                return hours + minutes / 60 + seconds / 3600
    raise FieldError(f"{text!r} is not a number of hours, such as '1.5', '1:30' or '1h 30m'")


def hours_between(start: str, end: str) -> float:
    """Return the hours from one time to another; an earlier time is on the next day.

    Args:
        start: A time such as ``"09:00"`` or ``"9:00 AM"``, or an instant in ISO 8601.
        end: Another one.

    Raises:
        FieldError: One of them is no time, or the second instant is before the first.
    """
    first, has_day = _moment(start)
    last, also = _moment(end)
    if has_day != also or (first.tzinfo is None) != (last.tzinfo is None):
        raise FieldError(f"{start!r} and {end!r} are not both times, or both instants")
    seconds = (last - first).total_seconds()
    if has_day and seconds < 0:
        raise FieldError(f"{end!r} is before {start!r}")
    return (seconds if has_day else seconds % 86_400) / 3600


def _moment(text: str) -> tuple[datetime, bool]:
    """Return a time, and whether it has a day."""
    for shape in ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p"):
        try:
            return datetime.strptime(text.strip(), shape), False  # noqa: DTZ007 - of no zone
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text.strip()), True
    except ValueError:
        raise FieldError(f"{text!r} is not a time, such as '09:30' or '2024-03-01T09:30'") from None
