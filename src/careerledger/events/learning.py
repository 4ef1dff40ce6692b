"""Keep learning: courses, credentials, and skills in use."""

from typing import Annotated, Literal

from careerledger.dates import DateLike, PartialDate
from careerledger.events import (
    Accepts,
    Action,
    Interval,
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
    """You started a course, a degree, a book or the like."""

    course: Annotated[Text, Introduces("course")]
    title: Text
    provider: Text | None = None
    format: Format = "course"


@event("course.finished", practice="learning", effort=10, ends="course")
class CourseFinished(Action):
    """You finished a course, a degree, a book or the like."""

    title: Text
    course: CourseId | None = None
    provider: Text | None = None
    format: Format = "course"
    skills: Texts = field(default=())
    score: Share | None = None
    """Your result, from 0 (worst) to 1 (best possible)."""


@event("course.dropped", practice="learning", effort=0, ends="course")
class CourseDropped(Action):
    """You gave up a course."""

    course: CourseId
    reason: Text


@event("credential.awarded", practice="learning", effort=0)
class CredentialAwarded(Action):
    """You received a certificate, a licence or a degree."""

    credential: Annotated[Text, Introduces("credential")]
    name: Text
    issuer: Text | None = None
    expires: Accepts[PartialDate | None, DateLike | None] = field(default=None)
    url: Text | None = None
    skills: Texts = field(default=())


@event("cpd.claimed", practice="learning", effort=0)
class CpdClaimed(Action):
    """You claimed continuing professional development under the scheme of a professional body."""

    scheme: Text
    """The scheme, such as ``"nmc"``."""
    units: Annotated[float, Interval(gt=0, le=10_000)]
    """Hours, points or credits, whichever the scheme counts."""
    category: Text | None = None
    """A category of the scheme, such as ``"participatory"``."""
    about: Text
    """The id of a course, or what you did in words."""
    verifiable: bool = False
    """Whether there is evidence that another person can check."""
    why: Text | None = None
    learned: Text | None = None
    applied: Text | None = None


@event("skill.practised", practice="learning", effort=1)
class SkillPractised(Action):
    """You used a skill."""

    skill: Text
    context: Text | None = None


@event("skill.assessed", practice="learning", effort=0.5)
class SkillAssessed(Action):
    """You or someone else rated a skill of yours."""

    skill: Text
    level: Share
    """Proficiency, from 0 (none) to 1 (mastery)."""
    assessor: Literal["self", "peer", "manager", "test"] = "self"
