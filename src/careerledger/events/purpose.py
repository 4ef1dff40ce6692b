"""Look beyond the paycheck: what one values in work, and what work gives of it."""

from careerledger.events import Action, Level, Share, Text, event
from careerledger.events.role import RoleId


@event("value.weighted", practice="purpose", effort=0)
class ValueWeighted(Action):
    """How much something about work matters, from this date on."""

    value: Text
    """In one's own words, such as "autonomy"; the same words each time."""
    importance: Share
    """From 0 (not at all) to 1 (nothing matters more)."""


@event("role.value.rated", practice="purpose", effort=0)
class RoleValueRated(Action):
    """How much of something valued a role gives, from this date on."""

    role: RoleId
    value: Text
    supplied: Share
    """From 0 (nothing of it) to 1 (all one could want), on the scale of the importance."""


@event("energy.rated", practice="purpose", effort=0)
class EnergyRated(Action):
    """Whether something gives energy or takes it."""

    about: Text
    """A role, a project, or whatever else in free words."""
    level: Level
    """From -2 (drains) to +2 (carries one through the week)."""
