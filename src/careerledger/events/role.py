"""Roles: the jobs of a career, and the work done in them."""

from typing import Annotated

from careerledger.events import Action, Interval, Introduces, Refers, Text, event

RoleId = Annotated[Text, Refers.to("role")]
Rung = Annotated[int, Interval(ge=0)]
Amount = Annotated[float, Interval(ge=0)]


@event("role.started", practice="role", effort=0)
class RoleStarted(Action):
    """The first day in a role, paid or not."""

    role: Annotated[Text, Introduces("role")]
    organisation: Text
    title: Text
    level: Rung | None = None
    """The rung on the ladder, higher is more senior; one's own scale, used throughout."""
    scope: Amount | None = None
    """What one answers for, in a unit of one's own, such as people led."""
    industry: Text | None = None
    pay: Amount | None = None
    """Per year, in ``currency``."""
    currency: Text | None = None


@event("role.changed", practice="role", effort=0)
class RoleChanged(Action):
    """The same role with another title, level, scope or pay."""

    role: RoleId
    title: Text | None = None
    level: Rung | None = None
    scope: Amount | None = None
    pay: Amount | None = None


@event("role.ended", practice="role", effort=0, ends="role")
class RoleEnded(Action):
    """The last day in a role."""

    role: RoleId
    reason: Text | None = None


@event("work.logged", practice="role", effort=8)
class WorkLogged(Action):
    """The day's tasks; ``hours`` is what matters."""

    role: RoleId
    what: Text
