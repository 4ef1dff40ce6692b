"""Reflect: look back, and see jobs turn into a career."""

from typing import Annotated

from careerledger.events import Action, Introduces, Share, Text, Texts, event, field
from careerledger.events.network import ContactIds
from careerledger.events.role import RoleId


@event("reflection.written", practice="reflection", effort=0.5)
class ReflectionWritten(Action):
    """You wrote down a thought about your career."""

    text: Text
    about: Texts = field(default=())
    """Ids of roles, visions, contacts, challenges or anything else that it is about."""
    prompt: Text | None = None
    feels_like: Share | None = None
    """What your work feels like, from 0 (a job) to 1 (a career)."""


@event("milestone.declared", practice="reflection", effort=0)
class MilestoneDeclared(Action):
    """You reached a milestone."""

    milestone: Annotated[Text, Introduces("milestone")]
    title: Text
    role: RoleId | None = None
    skills: Texts = field(default=())
    """Skills that you gained."""
    contacts: ContactIds = field(default=())
    """Contacts whom you gained."""
    knowledge: Texts = field(default=())
    """Topics that you know about now."""
