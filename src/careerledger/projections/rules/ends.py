"""What ends what: the one rule for everything in a career that begins and ends.

A history comes in the order of dates, so an end of 2024 stands before a start of 2024-03, and an
end that was mistyped may lie before anything began. An end ends what it names unless it lies wholly
before the start. Of several ends the one that reaches furthest counts, of two alike the later.
"""

from careerledger.dates import PartialDate


def ends(end: PartialDate, start: PartialDate) -> bool:
    """Whether an end can be that of what started then: it does not lie wholly before."""
    return end.last_day >= start.first_day


def supersedes(new: PartialDate, old: PartialDate | None) -> bool:
    """Whether an end counts in place of one that came before it in the history."""
    return old is None or new.last_day >= old.last_day
