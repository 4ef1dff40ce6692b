"""Reflect: look back, and see what jobs have become."""

from typing import Annotated

from careerledger.events import Action, Introduces, Share, Text, Texts, event, field
from careerledger.events.network import ContactIds
from careerledger.events.role import RoleId


@event("reflection.written", practice="reflection", effort=0.5)
class ReflectionWritten(Action):
    """A thought worth keeping."""

    text: Text
    about: Texts = field(default=())
    """Ids of whatever it is about: roles, visions, contacts, challenges, …"""
    prompt: Text | None = None
    feels_like: Share | None = None
    """From 0 (a job) to 1 (a career)."""


@event("milestone.declared", practice="reflection", effort=0)
class MilestoneDeclared(Action):
    """A point in the career that one counts as reached."""

    milestone: Annotated[Text, Introduces("milestone")]
    title: Text
    role: RoleId | None = None
    skills: Texts = field(default=())
    contacts: ContactIds = field(default=())
    knowledge: Texts = field(default=())
