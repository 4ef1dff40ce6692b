"""Keep learning: courses, credentials, and skills in use."""

from typing import Annotated, Literal

from careerledger.dates import DateLike, PartialDate
from careerledger.events import (
    Accepts,
    Action,
    Introduces,
    Refers,
    Share,
    Text,
    Texts,
    event,
    field,
)

Format = Literal["course", "degree", "workshop", "book", "talk", "self-study"]
CourseId = Annotated[Text, Refers.to("course")]


@event("course.started", practice="learning", effort=0)
class CourseStarted(Action):
    """The first day of a course, a degree, a book, or the like."""

    course: Annotated[Text, Introduces("course")]
    title: Text
    provider: Text | None = None
    format: Format = "course"


@event("course.finished", practice="learning", effort=10, ends="course")
class CourseFinished(Action):
    """Something learned to its end."""

    title: Text
    course: CourseId | None = None
    provider: Text | None = None
    format: Format = "course"
    skills: Texts = field(default=())
    score: Share | None = None
    """The result, from 0 (nothing) to 1 (everything)."""


@event("course.dropped", practice="learning", effort=0, ends="course")
class CourseDropped(Action):
    """A course that will not be finished."""

    course: CourseId
    reason: Text


@event("credential.awarded", practice="learning", effort=0)
class CredentialAwarded(Action):
    """A certificate, a licence, a degree: someone else vouches for what one can do."""

    credential: Annotated[Text, Introduces("credential")]
    name: Text
    issuer: Text | None = None
    expires: Accepts[PartialDate | None, DateLike | None] = field(default=None)
    url: Text | None = None
    skills: Texts = field(default=())


@event("skill.practised", practice="learning", effort=1)
class SkillPractised(Action):
    """A skill was used."""

    skill: Text
    context: Text | None = None


@event("skill.assessed", practice="learning", effort=0.5)
class SkillAssessed(Action):
    """Someone judged how well a skill is mastered."""

    skill: Text
    level: Share
    """From 0 (not at all) to 1 (mastery)."""
    assessor: Literal["self", "peer", "manager", "test"] = "self"
