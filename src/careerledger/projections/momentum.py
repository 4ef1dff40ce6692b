"""Am I persevering?"""

from collections.abc import Mapping
from datetime import date
from itertools import islice, starmap
from typing import Annotated, ClassVar, Final

import attrs

from careerledger.dates import PartialDate
from careerledger.events import PRACTICES as EVENT_PRACTICES, Action, Interval
from careerledger.history import Entry
from careerledger.projections import Evidence, Tunable, View, on, projection
from careerledger.projections.view import dated

__all__ = ["PRACTICES", "Effort", "Momentum", "MomentumView", "PracticeMomentum"]

PRACTICES: Final = (*EVENT_PRACTICES, "other")
"""The practices of events; an event without a practice counts as the last, "other"."""

_CALENDAR: Final = 366
"""Days of a calendar: a whole year, whichever."""

_TOP: Final = 10
"""How many entries a streak names as its evidence."""


@attrs.frozen(kw_only=True)
class Effort(View):
    """What was done within a period."""

    period: str
    """A year ``"2025"``, a month ``"2025-02"``, an ISO week ``"2025-W07"`` or a day
    ``"2025-02-14"``."""
    actions: int
    """How many actions there were."""
    hours: float
    """The hours that they state, summed."""


@attrs.frozen(kw_only=True)
class PracticeMomentum(View):
    """How one practice is kept up."""

    practice: str
    actions: int
    """How many actions there were."""
    hours: float
    """The hours that they state, summed."""
    current: int | None
    """The streak that goes on, in weeks; None without any action."""
    longest: int | None
    """The longest streak, in weeks; None without any action."""


@attrs.frozen(kw_only=True)
class MomentumView(View):
    """The answer of Momentum."""

    HEADLINE: ClassVar[str] = "current"

    at: date
    current: int | None
    """Consecutive weeks with an action, up to this week or, as it is not over, the one before;
    None where nothing was ever recorded."""
    longest: int | None
    """The most consecutive weeks with an action."""
    actions: int
    """How many actions there were."""
    hours: float
    """The hours that they state, summed."""
    undated: int
    """Actions known only to the month or year, which no week has."""
    practices: tuple[PracticeMomentum, ...]
    """All of ``PRACTICES``, in that order."""
    calendar: tuple[Effort, ...]
    """The days with an action among the last 366, oldest first."""
    weeks: tuple[Effort, ...]
    """The weeks with an action, oldest first."""
    months: tuple[Effort, ...]
    """The months with an action known to the month or day, oldest first."""
    years: tuple[Effort, ...]
    """The years with an action, oldest first."""
    evidence: tuple[Evidence, ...]
    """The first action of each week of the current streak, the latest week first, each counting
    1 week; at most 10."""


@attrs.define
class _Effort:
    actions: int = 0
    seconds: int = 0

    def add(self, seconds: int) -> None:
        self.actions += 1
        self.seconds += seconds

    @property
    def hours(self) -> float:
        return self.seconds / 3600


@attrs.define
class _Streak:
    """Weeks are numbered from the one that begins on the first Monday of the calendar, 0."""

    length: int = 0
    last: int = -2
    """The last week of it."""
    longest: int = 0

    def reach(self, week: int, missed: int) -> None:
        """Go on to a week, the last or a later one; ``missed`` weeks between do not end it."""
        if week > self.last:
            self.length = self.length + 1 if week <= self.last + 1 + missed else 1
            self.last = week
            self.longest = max(self.longest, self.length)

    def current(self, week: int, missed: int) -> int:
        """Return how long it is in a week, if so many weeks may be missed."""
        return self.length if self.last >= week - 1 - missed else 0


@attrs.define
class _Practice:
    effort: _Effort = attrs.field(factory=_Effort)
    streak: _Streak = attrs.field(factory=_Streak)


@projection("momentum")
class Momentum(Tunable):
    """Actions and stated hours by day, week, month, year and practice, and streaks of weeks.

    A week is an ISO week, from Monday on. A streak is a number of consecutive weeks with at least
    one action; the current one ends this week or, as this week is not over, the week before. An
    action known only to the month or year counts in totals, in its month or year and for its
    practice, and for no week, day or streak. An action belongs to the practice that its class
    states (``@event(..., practice="learning")``); without one, to ``"other"``.

    Counting weeks is this project's own. A week missed is no verdict: for the forming of habits
    single gaps did not matter (Lally, van Jaarsveld, Potts & Wardle, 2010, "How are habits
    formed").

    Parameters: ``missed``, how many weeks in a row without an action do not end a streak, 0 to 52;
    default 0. They do not count towards its length.
    """

    missed: ClassVar[Annotated[int, Interval(ge=0, le=52)]] = 0

    total: _Effort = _Effort()
    streak: _Streak = _Streak()
    undated: int = 0
    practices: dict[str, _Practice] = {}
    days: dict[str, _Effort] = {}
    """The last 366 of those with an action, oldest first; so are the others, without an end."""
    weeks: dict[str, _Effort] = {}
    months: dict[str, _Effort] = {}
    years: dict[str, _Effort] = {}
    firsts: dict[str, tuple[str, int]] = {}
    """The date and entry number of the first action of each of the last 10 weeks that have one."""

    _date: PartialDate | None = attrs.field(default=None, eq=False, init=False)
    """The date of the last action; like the next, no part of a snapshot."""
    _periods: list[_Effort] = attrs.field(factory=list[_Effort], eq=False, init=False)
    """What an action of that date adds to, apart from its practice. Most days have several."""
    _past: tuple[list[Effort], ...] = attrs.field(
        factory=lambda: ([], [], []), eq=False, init=False
    )
    """The weeks, months and years of the last view."""

    @on(Action)
    def act(self, event: Action, entry: Entry[Action]) -> None:
        on = event.on
        if on != self._date:
            self._date, self._periods = on, self._begin(on, entry.seq)
        name = event.__event__.practice or "other"
        practice = self.practices.get(name)
        if practice is None:
            practice = self.practices[name] = _Practice()
        if on.precision == "day":
            practice.streak.reach(_week(on.ordinal), self.missed)
        else:
            self.undated += 1
        seconds = round(event.hours * 3600) if event.hours else 0
        practice.effort.add(seconds)
        for effort in self._periods:
            effort.actions += 1
            effort.seconds += seconds

    def _begin(self, on: PartialDate, seq: int) -> list[_Effort]:
        """Begin a date; return the efforts of its periods, the whole career among them."""
        efforts = [self.total, _in(self.years, on[:4])]
        if on.precision != "year":
            efforts.append(_in(self.months, on.month))
        if on.precision == "day":
            week = _week_name(on.first_day)
            efforts += [_in(self.days, str(on)), _in(self.weeks, week)]
            self.firsts.setdefault(week, (str(on), seq))
            _keep_last(self.days, _CALENDAR)
            _keep_last(self.firsts, _TOP)
            self.streak.reach(_week(on.ordinal), self.missed)
        return efforts

    def view(self, at: date) -> MomentumView:
        """Return the answer at a date on or after the last action."""
        this_week = _week(at.toordinal())
        current = self.streak.current(this_week, self.missed)
        periods = zip(self._past, (self.weeks, self.months, self.years), strict=True)
        weeks, months, years = starmap(_with_new, periods)
        return MomentumView(
            at=at,
            current=current if self.total.actions else None,
            longest=self.streak.longest if self.total.actions else None,
            actions=self.total.actions,
            hours=self.total.hours,
            undated=self.undated,
            practices=tuple(
                _practised(name, self.practices.get(name), this_week, self.missed)
                for name in PRACTICES
            ),
            calendar=tuple(
                part
                for part in map(_effort, self.days.items())
                if at.toordinal() - dated(part.period).ordinal < _CALENDAR
            ),
            weeks=weeks,
            months=months,
            years=years,
            evidence=tuple(
                Evidence(seq=seq, on=dated(day), share=1.0)
                for day, seq in islice(reversed(self.firsts.values()), current)
            ),
        )


def _practised(name: str, practice: _Practice | None, week: int, missed: int) -> PracticeMomentum:
    if practice is None:
        return PracticeMomentum(practice=name, actions=0, hours=0.0, current=None, longest=None)
    return PracticeMomentum(
        practice=name,
        actions=practice.effort.actions,
        hours=practice.effort.hours,
        current=practice.streak.current(week, missed),
        longest=practice.streak.longest,
    )


def _in(efforts: dict[str, _Effort], period: str) -> _Effort:
    effort = efforts.get(period)
    if effort is None:
        effort = efforts[period] = _Effort()
    return effort


def _keep_last(by_period: dict[str, _Effort] | dict[str, tuple[str, int]], count: int) -> None:
    """Drop the oldest, which came first."""
    if len(by_period) > count:
        del by_period[next(iter(by_period))]


def _with_new(past: list[Effort], by_period: Mapping[str, _Effort]) -> tuple[Effort, ...]:
    """Return the efforts of all periods; only the last one and new ones are made again."""
    del past[-1:]
    past += map(_effort, islice(by_period.items(), len(past), None))
    return tuple(past)


def _effort(of_period: tuple[str, _Effort]) -> Effort:
    period, effort = of_period
    return Effort(period=period, actions=effort.actions, hours=effort.hours)


def _week(ordinal: int) -> int:
    """Return the number of a day's week: the first day of the calendar, ordinal 1, is a Monday."""
    return (ordinal - 1) // 7


def _week_name(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"
