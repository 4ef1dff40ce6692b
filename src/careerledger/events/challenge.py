"""Seek challenges: what was taken on, how it went, and getting up again."""

from typing import Annotated, Literal

from careerledger.events.base import Action, event, field
from careerledger.events.fields import Grade, Introduces, Refers, Share, Text, Texts


@event("challenge.taken")
class ChallengeTaken(Action):
    """Something hard was taken on."""

    challenge: Annotated[Text, Introduces("challenge")]
    title: Text
    difficulty: Grade
    """From 1 (routine) to 5 (never done before)."""
    stretch: Texts = field(default=())
    """Skills that it asks for and that are not there yet."""


@event("challenge.resolved")
class ChallengeResolved(Action):
    """How a challenge ended."""

    challenge: Annotated[Text, Refers.to("challenge")]
    outcome: Literal["met", "partly", "failed", "withdrawn"]
    feedback: Share | None = None
    """How much feedback there was on the way, from 0 (none) to 1; None: not said."""
    lessons: Texts = field(default=())
    skills: Texts = field(default=())


@event("setback.suffered")
class SetbackSuffered(Action):
    """Something went wrong."""

    setback: Annotated[Text, Introduces("setback")]
    what: Text
    severity: Grade
    """From 1 (a scratch) to 5 (the ground gone)."""


@event("setback.overcome")
class SetbackOvercome(Action):
    """A setback that no longer holds one back."""

    setback: Annotated[Text, Refers.to("setback")]
    how: Text


@event("confidence.rated")
class ConfidenceRated(Action):
    """How sure one is of oneself in a theme."""

    theme: Text
    level: Share
    """From 0 to 1."""
