"""Build a network: the people of a career, and what came of knowing them."""

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
    """Someone became part of one's network."""

    contact: Annotated[Text, Introduces("contact")]
    name: PersonalText
    via: ContactId | None = None
    """The contact who brought the two together."""
    organisation: Text | None = None
    kind: ContactKind = "other"
    note: PersonalNote = None


@event("contact.updated", practice="network", effort=0)
class ContactUpdated(Action):
    """A contact moved, rose, or became someone else to one."""

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
    """Being in touch with someone."""

    contact: ContactId
    channel: Text | None = None
    depth: Depth = 2
    """1: a sign of life, such as a like; 2: a talk; 3: time spent working together."""
    note: PersonalNote = None


@event(
    "introduction.made", practice="network", effort=0.5, touches=Touch("introducer", "introduced")
)
class IntroductionMade(Action):
    """Someone brought others together."""

    introducer: ContactId
    """Who did it: a contact, or ``"me"``."""
    introduced: Accepts[Annotated[tuple[ContactId, ...], MinLen(2)], Iterable[str]]
    """Who met: contacts, or ``"me"``; two or more."""


@event("mentoring.started", practice="network", effort=1, touches=Touch("contact", depth=3))
class MentoringStarted(Action):
    """Teaching or being taught by someone over a time."""

    mentoring: Annotated[Text, Introduces("mentoring")]
    contact: ContactId
    role: Literal["mentor", "mentee"]
    """What the contact is to one."""
    aim: Text


@event(
    "mentoring.ended",
    practice="network",
    effort=0,
    touches=Touch("mentoring", depth=3),
    ends="mentoring",
)
class MentoringEnded(Action):
    """The end of a mentoring."""

    mentoring: Annotated[Text, Refers.to("mentoring")]
    gained: Text


@event("gathering.attended", practice="network", effort=4, touches=Touch("met"))
class GatheringAttended(Action):
    """A conference, a meetup, a dinner, or the like."""

    name: Text
    kind: Literal["conference", "meetup", "dinner", "online", "other"] = "other"
    met: ContactIds = field(default=())


@event("door.opened", practice="network", effort=0, touches=Touch("contact"))
class DoorOpened(Action):
    """A chance that knowing someone, or being somewhere, brought about."""

    door: Annotated[Text, Introduces("door")]
    what: Text
    contact: ContactId | None = None
    leads_to: Annotated[Text, Refers.to("role", "course", "challenge", "opportunity")] | None = None


@event("help.given", practice="network", effort=1, touches=Touch("contact"))
class HelpGiven(Action):
    """Something done for a contact."""

    contact: ContactId
    what: PersonalText
    note: PersonalNote = None


def _depth_of_recognition(event: "RecognitionReceived") -> int:
    """An endorsement is a click; the others take a word."""
    return 1 if event.kind == "endorsement" else 2


@event(
    "recognition.received",
    practice="network",
    effort=0,
    touches=Touch("contact", depth=_depth_of_recognition),
)
class RecognitionReceived(Action):
    """An award, a recommendation, an endorsement, thanks."""

    kind: Literal["award", "recommendation", "endorsement", "thanks"]
    text: PersonalText
    contact: ContactId | None = None
    skills: Texts = field(default=())
    note: PersonalNote = None
