"""The hours that roles and degrees take day by day, without a log of them.

Each day that a role is held gives a seventh of its weekly hours: as stated, else 4 hours a week if
it is volunteered, else an equal part of a working week that the stated hours of other roles leave.
Over a stretch of days the faded sum has a closed form, W = (w/7) · (1 - qⁿ)/(1 - q) · 2^(t/h) with
q = 2^(-1/h): the sum over the days, so that a role is worth what logging its hours daily is worth.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import exp2, expm1, log

import attrs

__all__ = ["Held", "faded_days", "hours_held"]


@attrs.frozen(kw_only=True)
class Held:
    """A stretch of days in which a role or a degree is held, with the same weekly hours."""

    first: int
    """The first day, as a proleptic Gregorian ordinal."""
    last: int
    weekly: float | None
    """As stated; None: a part of the working week."""
    week: float
    """Hours of the working week that it has a part of."""


def faded_days(first: int, last: int, at: int, half_life: float) -> float:
    """Return Σ 2^(-(at - day) / half_life) over all days from the first to the last.

    Args:
        first: The first day, as an ordinal.
        last: The last day; before the first, the sum is 0.
        at: The day of the question, on or after the last.
        half_life: In days.
    """
    days = last - first + 1
    if days <= 0:
        return 0.0
    rate = log(2) / half_life
    return exp2((last - at) / half_life) * expm1(-rate * days) / expm1(-rate)


def hours_held(held: Sequence[Held], at: int, half_life: float) -> list[float]:
    """Return the faded hours of each stretch, in n log n steps.

    Args:
        held: The stretches; those without stated hours share the rest of their week.
        at: The day of the question, on or after all of them.
        half_life: In days.
    """
    days = sorted({each.first for each in held} | {each.last + 1 for each in held})
    stated, sharing = [0.0] * len(days), [0] * len(days)
    for each in held:
        start, end = bisect_left(days, each.first), bisect_left(days, each.last + 1)
        if each.weekly is None:
            sharing[start] += 1
            sharing[end] -= 1
        else:
            stated[start] += each.weekly
            stated[end] -= each.weekly
    lengths = [faded_days(start, end - 1, at, half_life) for start, end in pairwise(days)]
    segments = list(zip(lengths, accumulate(stated), accumulate(sharing), strict=False))
    shares = {
        week: _shares(segments, week)
        for week in {each.week for each in held if each.weekly is None}
    }
    hours: list[float] = []
    for each in held:
        if each.weekly is not None:
            days_held = faded_days(each.first, each.last, at, half_life)
            hours.append(each.weekly / 7 * days_held)
        else:
            sums = shares[each.week]
            start, end = bisect_left(days, each.first), bisect_left(days, each.last + 1)
            hours.append(max(0.0, sums[end] - sums[start]))
    return hours


def _shares(segments: Sequence[tuple[float, float, int]], week: float) -> list[float]:
    """Return the faded hours of one that shares the week from the first day on, up to each day.

    Args:
        segments: The faded days between two days on which something begins or ends, the weekly
            hours that are stated then, and how many share the rest.
        week: Hours of the working week.
    """
    sums = [0.0]
    for faded, stated, number in segments:
        part = max(0.0, week - max(0.0, stated)) / number / 7 if number else 0.0
        sums.append(sums[-1] + part * faded)
    return sums
