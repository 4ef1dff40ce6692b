"""Roles: the jobs of your career, and your work in them."""

from typing import Annotated

from careerledger.events import Action, Interval, Introduces, Refers, Text, event

RoleId = Annotated[Text, Refers.to("role")]
Rung = Annotated[int, Interval(ge=0)]
Amount = Annotated[float, Interval(ge=0)]
WeeklyHours = Annotated[float, Interval(ge=0, le=168)]


@event("role.started", practice="role", effort=0)
class RoleStarted(Action):
    """You started a role, paid or not."""

    role: Annotated[Text, Introduces("role")]
    organisation: Text
    title: Text
    level: Rung | None = None
    """Seniority, from 0, higher is more senior; use one scale of your own throughout."""
    scope: Amount | None = None
    """The size of your responsibility, in one unit of your own, such as people led."""
    industry: Text | None = None
    weekly_hours: WeeklyHours | None = None
    volunteered: bool = False
    """Whether you held it without pay, beside your work."""
    pay: Amount | None = None
    """Pay per year, in ``currency``."""
    currency: Text | None = None


@event("role.changed", practice="role", effort=0, changes="role")
class RoleChanged(Action):
    """Your title, level, scope, hours or pay in a role changed."""

    role: RoleId
    title: Text | None = None
    level: Rung | None = None
    scope: Amount | None = None
    weekly_hours: WeeklyHours | None = None
    pay: Amount | None = None
    """Pay per year, in the currency of the role."""


@event("role.ended", practice="role", effort=0, ends="role")
class RoleEnded(Action):
    """You left a role."""

    role: RoleId
    reason: Text | None = None


@event("work.logged", practice="role", effort=8)
class WorkLogged(Action):
    """You worked in a role; ``hours`` is the time that it took."""

    role: RoleId
    what: Text
