"""Read dates as people and programs write them; an ambiguous one is never guessed."""

import re
from collections.abc import Iterable
from typing import Final

from careerledger.dates import PartialDate
from careerledger.errors import DateError

__all__ = ["is_ongoing", "order_of", "read_date"]

_ONGOING: Final = {
    *("present", "current", "currently", "now", "ongoing", "active", "today", "to date"),
    *("heute", "aktuell", "bis heute", "laufend", "gegenwärtig", "jetzt"),
    *("présent", "actuel", "aujourd'hui", "à ce jour", "en cours"),
    *("presente", "actual", "actualidad", "actualmente", "hoy", "attuale", "oggi", "atual"),
    *("heden", "huidig", "nu", "nå", "pågående", "nykyinen", "obecnie", "настоящее время"),
    *("至今", "现在", "現在", "현재", "अब तक"),
}
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_OTHER_MONTHS: Final = {
    **dict.fromkeys(("januar", "jänner", "janvier", "enero", "gennaio", "janeiro"), 1),
    **dict.fromkeys(("februar", "février", "febrero", "febbraio", "fevereiro"), 2),
    **dict.fromkeys(("märz", "mars", "marzo", "março", "maart"), 3),
    **dict.fromkeys(("avril", "abril", "aprile"), 4),
    **dict.fromkeys(("mai", "mayo", "maggio", "maio", "mei"), 5),
    **dict.fromkeys(("juni", "juin", "junio", "giugno", "junho"), 6),
    **dict.fromkeys(("juli", "juillet", "julio", "luglio", "julho"), 7),
    **dict.fromkeys(("août", "agosto", "augustus"), 8),
    **dict.fromkeys(("septembre", "septiembre", "settembre", "setembro"), 9),
    **dict.fromkeys(("oktober", "octobre", "octubre", "ottobre", "outubro"), 10),
    **dict.fromkeys(("novembre", "noviembre", "novembro"), 11),
    **dict.fromkeys(("dezember", "décembre", "diciembre", "dicembre", "dezembro"), 12),
    **dict.fromkeys(("spring",), 3),
    **dict.fromkeys(("summer",), 6),
    **dict.fromkeys(("autumn", "fall"), 9),
    **dict.fromkeys(("winter",), 12),
}
"""Months in other languages, and the first month of each season."""
_LONGEST: Final = 40
"""The maximum number of characters of a date."""
_CENTURY: Final = 70
"""A year of two digits from this one on lies in the twentieth century."""

_TIME: Final = (
    r"(?:[T ,]+[0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?(?: ?[AP]M)?(?: ?(?:Z|UTC|[+-][0-9:]+))?)?"
)
_DAY: Final = r"(?P<day>[0-9]{1,2})"
_MONTH: Final = r"(?P<month>[0-9]{1,2})"
_NAME: Final = r"(?P<name>[^\W\d_]{3,12})"
_YEAR: Final = r"(?P<year>[0-9]{4})"
_SHAPES: Final = tuple(
    re.compile(shape + _TIME, re.IGNORECASE)
    for shape in (
        rf"{_YEAR}(?P<dash>[-/.]){_MONTH}(?:(?P=dash){_DAY})?",
        rf"{_MONTH}[-/.]{_YEAR}",
        rf"(?:{_DAY}[-. ]+)?{_NAME}[-.,/ ]+(?P<year>[0-9]{{4}}|[0-9]{{2}})",
        rf"{_NAME}[. ]+{_DAY},? +{_YEAR}",
        rf"(?:sometime in ){_YEAR}",
        rf"[a-z]{{3}} {_NAME} +{_DAY} [0-9:]{{8}} (?:UTC|GMT) {_YEAR}",
    )
)
_NUMBERS: Final = re.compile(
    r"(?P<one>[0-9]{1,2})[-/.](?P<two>[0-9]{1,2})[-/.](?P<year>[0-9]{4}|[0-9]{2})" + _TIME,
    re.IGNORECASE,
)


def is_ongoing(text: str) -> bool:
    """Return whether a date is a word for the present, in one of the common languages."""
    return text.strip(" .-\u2013\u2014").casefold() in _ONGOING


def read_date(text: str, *, day_first: bool | None = None) -> PartialDate:
    """Return the date that a text means.

    Args:
        text: The text, such as ``"Mar 2024"``, ``"12.3.2024"`` or ``"Sometime in 2018"``.
        day_first: Whether the day comes before the month where both are numbers. None: such a
            date is refused unless only one reading is possible.

    Raises:
        DateError: It is no date, or can be read in two ways.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        raise DateError(f"{text[:_LONGEST] + '…'!r} is not a date; write one such as '2019-03'")
    for shape in _SHAPES:
        found = shape.fullmatch(text)
        if found is not None and (date := _date_of(found.groupdict())) is not None:
            return date
    numbers = _NUMBERS.fullmatch(text)
    if numbers is not None:
        if day_first is None and text.count(".") > 1:  # as in German, where the day comes first
            day_first = True
        return _in_order(text, numbers, day_first=day_first)
    return PartialDate(text)


def _date_of(parts: dict[str, str | None]) -> PartialDate | None:
    year, month, day = _year(parts["year"] or ""), parts.get("month"), parts.get("day")
    if name := parts.get("name"):
        number = _month_named(name.casefold())
        if number is None:
            return None
        month = str(number)
    text = year + (f"-{month:0>2}" if month else "") + (f"-{day:0>2}" if day else "")
    return PartialDate(text)


def _year(digits: str) -> str:
    if len(digits) == len("2024"):
        return digits
    return f"{'19' if int(digits) >= _CENTURY else '20'}{digits}"


def _month_named(name: str) -> int | None:
    for number, month in enumerate(_MONTHS, start=1):
        if month.startswith(name):
            return number
    return _OTHER_MONTHS.get(name)


def order_of(texts: Iterable[str]) -> bool | None:
    """Return whether the dates of one file have the day first, as far as one of them shows it.

    Args:
        texts: The dates, such as ``"25/11/2024"``, which has the day first.

    Returns:
        True or False; None if no date shows it, or dates disagree.
    """
    shown: set[bool] = set()
    for text in texts:
        numbers = _NUMBERS.fullmatch(text.strip()[:_LONGEST])
        if numbers is not None:
            one, two = int(numbers["one"]), int(numbers["two"])
            if (one > _MONTHS_OF_A_YEAR) != (two > _MONTHS_OF_A_YEAR):
                shown.add(one > _MONTHS_OF_A_YEAR)
    return shown.pop() if len(shown) == 1 else None


_MONTHS_OF_A_YEAR: Final = 12


def _in_order(text: str, numbers: re.Match[str], *, day_first: bool | None) -> PartialDate:
    one, two = int(numbers["one"]), int(numbers["two"])
    orders = {True: (two, one), False: (one, two)}
    possible = [first for first in orders if orders[first][0] <= _MONTHS_OF_A_YEAR]
    if day_first is None and len(possible) > 1 and one != two:
        raise DateError(
            f"{text!r} is not a date that can be read in one way only; write it as 'YYYY-MM-DD'"
        )
    month, day = orders[possible[0] if day_first is None and possible else bool(day_first)]
    return PartialDate(f"{_year(numbers['year'])}-{month:02}-{day:02}")
