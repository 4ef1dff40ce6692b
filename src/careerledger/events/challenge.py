"""Seek challenges: take them on, resolve them, and recover from setbacks."""

from typing import Annotated, Literal

from careerledger.events import Action, Grade, Introduces, Refers, Share, Text, Texts, event, field


@event("challenge.taken", practice="challenge", effort=0)
class ChallengeTaken(Action):
    """You took on something hard."""

    challenge: Annotated[Text, Introduces("challenge")]
    title: Text
    difficulty: Grade
    """From 1 (routine) to 5 (you have never done it before)."""
    stretch: Texts = field(default=())
    """Skills that it needs and that you do not have yet."""


@event("challenge.resolved", practice="challenge", effort=20, ends="challenge")
class ChallengeResolved(Action):
    """A challenge ended."""

    challenge: Annotated[Text, Refers.to("challenge")]
    outcome: Literal["met", "partly", "failed", "withdrawn"]
    feedback: Share | None = None
    """How much feedback you got on the way, from 0 (none) to 1 (constant)."""
    lessons: Texts = field(default=())
    skills: Texts = field(default=())


@event("setback.suffered", practice="challenge", effort=0)
class SetbackSuffered(Action):
    """Something went badly wrong for you."""

    setback: Annotated[Text, Introduces("setback")]
    what: Text
    severity: Grade
    """From 1 (minor) to 5 (devastating)."""


@event("setback.overcome", practice="challenge", effort=2, ends="setback")
class SetbackOvercome(Action):
    """You recovered from a setback."""

    setback: Annotated[Text, Refers.to("setback")]
    how: Text


@event("confidence.rated", practice="challenge", effort=0)
class ConfidenceRated(Action):
    """You rated your confidence in a theme."""

    theme: Text
    level: Share
    """From 0 (none) to 1 (complete)."""
