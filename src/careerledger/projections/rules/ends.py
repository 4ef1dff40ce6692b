"""What ends what: the one rule for everything in a career that begins and ends.

A history comes in the order of dates, so an end of 2024 comes before a start of 2024-03, and an
end that was mistyped may lie before anything began. An end ends what it names unless it lies wholly
before the start. Of several ends the one that reaches furthest counts, of two alike the later.
"""

from collections.abc import MutableMapping

from careerledger.dates import PartialDate
from careerledger.projections.view import dated


def ends(end: str, start: str) -> bool:
    """Return whether an end can belong to a start: it does not lie wholly before it.

    Args:
        end: When it ended, as text.
        start: When it started, as text.
    """
    return dated(end).last_day >= dated(start).first_day


def supersedes(new: PartialDate, old: str | None) -> bool:
    """Return whether an end counts in place of one that came before it in the history."""
    return old is None or new.last_day >= dated(old).last_day


def record_end(dates: MutableMapping[str, str], id_: str, on: PartialDate) -> bool:
    """Record when something ended, and return True, unless an end reaches further already.

    Args:
        dates: The end of each thing, by its id.
        id_: What ended.
        on: When it did.
    """
    if not supersedes(on, dates.get(id_)):
        return False
    dates[id_] = str(on)
    return True
