"""Declare a vision: where the career is to go, and the goals on the way."""

from collections.abc import Iterable, Mapping
from typing import Annotated, TypeAlias

from immutabledict import immutabledict

from careerledger.dates import DateLike, PartialDate
from careerledger.events import (
    Accepts,
    Action,
    Introduces,
    Level,
    Positive,
    Predicate,
    Refers,
    Text,
    WeightByTheme,
    event,
    field,
)

VisionId = Annotated[Text, Refers.to("vision")]
GoalId = Annotated[Text, Refers.to("goal")]
_NewThemes: TypeAlias = Accepts[immutabledict[str, Positive] | None, Mapping[str, float] | None]


def _five_or_none(levels: tuple[str, ...]) -> bool:
    return len(levels) in {0, 5}


_FIVE_OR_NONE = Predicate(_five_or_none, "five descriptions, for -2 to +2, or none")


@event("vision.declared", practice="vision", effort=0)
class VisionDeclared(Action):
    """A picture of where one's working life should lead."""

    vision: Annotated[Text, Introduces("vision")]
    statement: Text
    themes: WeightByTheme  # type: ignore[assignment]
    """The themes it is made of, each with a weight above 0; only their ratio matters."""
    horizon: Positive | None = None
    """How far away it is, in years; None: the north star, without a date."""


@event("vision.revised", practice="vision", effort=0)
class VisionRevised(Action):
    """The same vision in other words or with other weights, from this date on."""

    vision: VisionId
    reason: Text
    statement: Text | None = None
    themes: _NewThemes = field(default=None)  # type: ignore[assignment]
    """All themes of the vision from now on; None: as before."""


@event("vision.retired", practice="vision", effort=0, ends="vision")
class VisionRetired(Action):
    """A vision that no longer holds."""

    vision: VisionId
    reason: Text


@event("goal.set", practice="vision", effort=0)
class GoalSet(Action):
    """Something definite to reach, with what reaching it would look like."""

    goal: Annotated[Text, Introduces("goal")]
    title: Text
    vision: VisionId | None = None
    weight: Positive = 1.0
    """Its weight among the goals."""
    due: Accepts[PartialDate | None, DateLike | None] = field(default=None)
    levels: Accepts[Annotated[tuple[str, ...], _FIVE_OR_NONE], Iterable[str]] = field(default=())
    """What each level from -2 (much less than expected) to +2 would look like; five, or none."""


@event("goal.assessed", practice="vision", effort=0)
class GoalAssessed(Action):
    """How far a goal was reached, on the scale of goal attainment scaling."""

    goal: GoalId
    level: Level
    """-2 much less than expected, 0 as expected, +2 much more."""


@event("goal.dropped", practice="vision", effort=0, ends="goal")
class GoalDropped(Action):
    """A goal that is no longer pursued."""

    goal: GoalId
    reason: Text


@event("trend.noted", practice="vision", effort=0.5)
class TrendNoted(Action):
    """A change in one's field that is worth preparing for."""

    theme: Text
    what: Text
    source: Text | None = None
