"""How far am I on what I set?"""

from collections.abc import Mapping
from datetime import date
from math import fsum, sqrt
from typing import Annotated, ClassVar, Final, Literal

import attrs

from careerledger.dates import PartialDate
from careerledger.events import Interval
from careerledger.events.vision import GoalAssessed, GoalDropped, GoalSet
from careerledger.history import Entry
from careerledger.projections import Evidence, Tunable, View, on, projection

__all__ = ["Goal", "GoalState", "Goals", "GoalsView"]

GoalState = Literal["open", "reached", "dropped", "overdue"]

TOP: Final = 10
"""How many entries the score names as its evidence."""


@attrs.frozen(kw_only=True)
class Goal(View):
    """One goal and its progress."""

    goal: str
    title: str
    vision: str | None
    weight: float
    """Its weight among the goals, above 0."""
    due: PartialDate | None
    level: int | None
    """As last assessed, -2..+2, 0 being as expected; None: never assessed."""
    assessed_on: PartialDate | None
    state: GoalState
    """Dropped; else reached, at a level of 0 or more; else overdue, when all of ``due`` has
    passed; else open."""


@attrs.frozen(kw_only=True)
class GoalsView(View):
    """The answer of Goals."""

    HEADLINE: ClassVar[str] = "score"

    at: date
    score: float | None
    """The goal attainment score T: 50 when all came as expected, about 10 for each standard
    deviation away from that. None when no goal that holds was assessed."""
    goals: tuple[Goal, ...]
    """In the order they were set."""
    overdue: tuple[str, ...]
    """Ids of the goals in that state."""
    dropped: tuple[str, ...]
    """Ids of the goals in that state."""
    evidence: tuple[Evidence, ...]
    """The assessments that move the score most, either way, at most 10; each share is what its
    goal adds to ``score`` - 50, below 0 where it fell short."""


@attrs.define
class _Goal:
    title: str
    vision: str | None
    weight: float
    due: str | None
    first: str
    """The first day it may have been set on."""


@projection("goals")
class Goals(Tunable):
    """The goal attainment score of the goals that were set, not dropped, and assessed.

    T = 50 + 10·Σwx / √((1 - rho)·Σw² + rho·(Σw)²), x being the level of each goal as last
    assessed, w its weight, and rho the correlation to be expected between goals (Kiresuk &
    Sherman, 1968, "Goal attainment scaling"). With levels set so that 0 is as likely to be missed
    as passed, T has a mean of 50 and a standard deviation of about 10.

    A goal set again is what it was last said to be, keeps its assessments, and is taken up again
    if it was dropped wholly before.

    Parameters:
        rho: Above 0 and at most 1, 0.3 as the authors propose.
    """

    rho: ClassVar[Annotated[float, Interval(gt=0, le=1)]] = 0.3

    goals: dict[str, _Goal] = {}
    assessed: dict[str, tuple[int, str, int]] = {}
    """Last level, date and entry. An assessment of 2024 comes before a goal set in 2024-03, so
    this does not ask whether the goal is known."""
    drops: dict[str, str] = {}
    """The last day on which each goal may have been dropped."""

    @on(GoalSet)
    def aim(self, event: GoalSet) -> None:
        self.goals[event.goal] = _Goal(
            title=event.title,
            vision=event.vision,
            weight=event.weight,
            due=None if event.due is None else str(event.due),
            first=event.on.first_day.isoformat(),
        )

    @on(GoalAssessed)
    def assess(self, event: GoalAssessed, entry: Entry[GoalAssessed]) -> None:
        self.assessed[event.goal] = (event.level, str(event.on), entry.seq)

    @on(GoalDropped)
    def drop(self, event: GoalDropped) -> None:
        last = event.on.last_day.isoformat()
        self.drops[event.goal] = max(last, self.drops.get(event.goal, last))

    def view(self, at: date) -> GoalsView:
        """Return the answer at a date on or after the last entry."""
        goals = tuple(self._goal(id_, goal, at) for id_, goal in self.goals.items())
        parts = self._parts({goal.goal: goal.weight for goal in goals if goal.state != "dropped"})
        weightiest = sorted(parts, key=lambda part: -abs(part.share))[:TOP]
        return GoalsView(
            at=at,
            score=50.0 + fsum(part.share for part in parts) if parts else None,
            goals=goals,
            overdue=tuple(goal.goal for goal in goals if goal.state == "overdue"),
            dropped=tuple(goal.goal for goal in goals if goal.state == "dropped"),
            evidence=tuple(sorted(weightiest, key=lambda part: -part.share)),
        )

    def _goal(self, id_: str, goal: _Goal, at: date) -> Goal:
        level, on, _ = self.assessed.get(id_, (None, None, 0))
        due = None if goal.due is None else PartialDate(goal.due)
        state: GoalState = "open"
        if self.drops.get(id_, "") >= goal.first:
            state = "dropped"
        elif level is not None and level >= 0:
            state = "reached"
        elif due is not None and due.last_day < at:
            state = "overdue"
        return Goal(
            goal=id_,
            title=goal.title,
            vision=goal.vision,
            weight=goal.weight,
            due=due,
            level=level,
            assessed_on=None if on is None else PartialDate(on),
            state=state,
        )

    def _parts(self, weights: Mapping[str, float]) -> list[Evidence]:
        """Return what each assessed goal adds to T - 50."""
        known = {id_: weight for id_, weight in weights.items() if id_ in self.assessed}
        # Only ratios matter; of weights up to 1 no square is too large for a float.
        largest = max(known.values(), default=1.0)
        scaled = {id_: weight / largest for id_, weight in known.items()}
        squares = fsum(weight**2 for weight in scaled.values())
        square = fsum(scaled.values()) ** 2
        spread = sqrt((1.0 - self.rho) * squares + self.rho * square)
        parts: list[Evidence] = []
        for id_, weight in scaled.items():
            level, on, seq = self.assessed[id_]
            parts.append(
                Evidence(seq=seq, on=PartialDate(on), share=10.0 * weight * level / spread)
            )
        return parts
