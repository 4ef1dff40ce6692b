"""Seek challenges: what was taken on, how it went, and getting up again."""

from typing import Annotated, Literal

from careerledger.events import Action, Grade, Introduces, Refers, Share, Text, Texts, event, field


@event("challenge.taken", practice="challenge", effort=0)
class ChallengeTaken(Action):
    """Something hard was taken on."""

    challenge: Annotated[Text, Introduces("challenge")]
    title: Text
    difficulty: Grade
    """From 1 (routine) to 5 (never done before)."""
    stretch: Texts = field(default=())
    """Skills that it asks for and that are not there yet."""


@event("challenge.resolved", practice="challenge", effort=20, ends="challenge")
class ChallengeResolved(Action):
    """How a challenge ended."""

    challenge: Annotated[Text, Refers.to("challenge")]
    outcome: Literal["met", "partly", "failed", "withdrawn"]
    feedback: Share | None = None
    """How much feedback there was on the way, from 0 (none) to 1; None: not said."""
    lessons: Texts = field(default=())
    skills: Texts = field(default=())


@event("setback.suffered", practice="challenge", effort=0)
class SetbackSuffered(Action):
    """Something went wrong."""

    setback: Annotated[Text, Introduces("setback")]
    what: Text
    severity: Grade
    """From 1 (a scratch) to 5 (the ground gone)."""


@event("setback.overcome", practice="challenge", effort=2, ends="setback")
class SetbackOvercome(Action):
    """A setback that no longer holds one back."""

    setback: Annotated[Text, Refers.to("setback")]
    how: Text


@event("confidence.rated", practice="challenge", effort=0)
class ConfidenceRated(Action):
    """How sure one is of oneself in a theme."""

    theme: Text
    level: Share
    """From 0 to 1."""
