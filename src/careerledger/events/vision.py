"""Declare a vision: where your career should go, and the goals on the way."""

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
    """You described where your career should lead."""

    vision: Annotated[Text, Introduces("vision")]
    statement: Text
    themes: WeightByTheme  # type: ignore[assignment]
    """Its themes, each with a weight above 0; only the ratios of the weights matter."""
    horizon: Positive | None = None
    """Years from the declaration until it should be reached; None if it has no date."""


@event("vision.revised", practice="vision", effort=0, changes="vision")
class VisionRevised(Action):
    """You reworded or reweighted a vision, as of this date."""

    vision: VisionId
    reason: Text
    statement: Text | None = None
    themes: _NewThemes = field(default=None)  # type: ignore[assignment]
    """All themes of the vision from now on, with their weights; None if unchanged."""


@event("vision.retired", practice="vision", effort=0, ends="vision")
class VisionRetired(Action):
    """You gave up a vision."""

    vision: VisionId
    reason: Text


@event("goal.set", practice="vision", effort=0)
class GoalSet(Action):
    """You set a goal."""

    goal: Annotated[Text, Introduces("goal")]
    title: Text
    vision: VisionId | None = None
    weight: Positive = 1.0
    """Its importance relative to your other goals, above 0."""
    due: Accepts[PartialDate | None, DateLike | None] = field(default=None)
    levels: Accepts[Annotated[tuple[str, ...], _FIVE_OR_NONE], Iterable[str]] = field(default=())
    """Descriptions of the five levels of GoalAssessed, from -2 to +2; or none."""


@event("goal.assessed", practice="vision", effort=0)
class GoalAssessed(Action):
    """You rated how far you have reached a goal, by goal attainment scaling."""

    goal: GoalId
    level: Level
    """From -2 (much less than expected) through 0 (as expected) to +2 (much more)."""


@event("goal.dropped", practice="vision", effort=0, ends="goal")
class GoalDropped(Action):
    """You stopped pursuing a goal."""

    goal: GoalId
    reason: Text


@event("trend.noted", practice="vision", effort=0.5)
class TrendNoted(Action):
    """You noticed a change in your field that is worth preparing for."""

    theme: Text
    what: Text
    source: Text | None = None
