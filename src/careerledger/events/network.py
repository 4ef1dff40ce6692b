"""Build a network: the people in your career, and what knowing them led to."""

from collections.abc import Iterable
from typing import Annotated, Literal

from careerledger.events import (
    Accepts,
    Action,
    Interval,
    Introduces,
    MinLen,
    Refers,
    Text,
    Texts,
    Touch,
    event,
    field,
    personal,
)

ContactKind = Literal[
    "peer", "mentor", "manager", "report", "client", "recruiter", "friend", "family", "other"
]
ContactId = Annotated[Text, Refers.to("contact")]
ContactIds = Accepts[tuple[ContactId, ...], Iterable[str]]
Depth = Annotated[int, Interval(ge=1, le=3)]
"""1: a sign of life, such as a like; 2: a talk; 3: time spent working together."""

PersonalText = Annotated[Text, personal(subject="contact")]
PersonalNote = Annotated[str | None, personal(subject="contact")]


@event("contact.made", practice="network", effort=0.5, touches=Touch("contact"))
class ContactMade(Action):
    """You met someone who is part of your network now."""

    contact: Annotated[Text, Introduces("contact")]
    name: PersonalText
    via: ContactId | None = None
    """The contact who introduced you."""
    organisation: Text | None = None
    kind: ContactKind = "other"
    note: PersonalNote = None


@event("contact.updated", practice="network", effort=0)
class ContactUpdated(Action):
    """A contact changed jobs, title or relationship to you."""

    contact: ContactId
    organisation: Text | None = None
    title: Annotated[Text | None, personal(subject="contact")] = None
    kind: ContactKind | None = None
    note: PersonalNote = None


@event(
    "contact.touched",
    practice="network",
    effort=0.5,
    touches=Touch("contact", depth=lambda event: event.depth),
)
class ContactTouched(Action):
    """You were in touch with a contact."""

    contact: ContactId
    channel: Text | None = None
    depth: Depth = 2
    """1: a sign of life, such as a like; 2: a talk; 3: time spent working together."""
    note: PersonalNote = None


@event(
    "introduction.made", practice="network", effort=0.5, touches=Touch("introducer", "introduced")
)
class IntroductionMade(Action):
    """Someone introduced people to each other."""

    introducer: ContactId
    """The contact who introduced them, or ``"me"``."""
    introduced: Accepts[Annotated[tuple[ContactId, ...], MinLen(2)], Iterable[str]]
    """The people who met: two or more contacts, or ``"me"``."""


@event("mentoring.started", practice="network", effort=1, touches=Touch("contact", depth=3))
class MentoringStarted(Action):
    """You began to mentor a contact, or to be mentored by one."""

    mentoring: Annotated[Text, Introduces("mentoring")]
    contact: ContactId
    role: Literal["mentor", "mentee"]
    """The role of the contact."""
    aim: Text


@event(
    "mentoring.ended",
    practice="network",
    effort=0,
    touches=Touch("mentoring", depth=3),
    ends="mentoring",
)
class MentoringEnded(Action):
    """A mentoring ended."""

    mentoring: Annotated[Text, Refers.to("mentoring")]
    gained: Text


@event("gathering.attended", practice="network", effort=4, touches=Touch("met"))
class GatheringAttended(Action):
    """You went to a conference, a meetup, a dinner or the like."""

    name: Text
    kind: Literal["conference", "meetup", "dinner", "online", "other"] = "other"
    met: ContactIds = field(default=())


@event("door.opened", practice="network", effort=0, touches=Touch("contact"))
class DoorOpened(Action):
    """Knowing someone, or being somewhere, gave you a chance."""

    door: Annotated[Text, Introduces("door")]
    what: Text
    contact: ContactId | None = None
    leads_to: Annotated[Text, Refers.to("role", "course", "challenge", "opportunity")] | None = None


@event("help.given", practice="network", effort=1, touches=Touch("contact"))
class HelpGiven(Action):
    """You helped a contact."""

    contact: ContactId
    what: PersonalText
    note: PersonalNote = None


def _depth_of_recognition(event: "RecognitionReceived") -> int:
    """Return 1 for an endorsement, which is a click, and 2 for the others, which take words."""
    return 1 if event.kind == "endorsement" else 2


@event(
    "recognition.received",
    practice="network",
    effort=0,
    touches=Touch("contact", depth=_depth_of_recognition),
)
class RecognitionReceived(Action):
    """You received an award, a recommendation, an endorsement or thanks."""

    kind: Literal["award", "recommendation", "endorsement", "thanks"]
    text: PersonalText
    contact: ContactId | None = None
    skills: Texts = field(default=())
    note: PersonalNote = None
