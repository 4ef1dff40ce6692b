"""Look beyond the paycheck: what you value in work, and how much of it you get."""

from careerledger.events import Action, Level, Share, Text, event
from careerledger.events.role import RoleId


@event("value.weighted", practice="purpose", effort=0)
class ValueWeighted(Action):
    """You stated how much something about work matters to you, as of this date."""

    value: Text
    """A word of your choice, such as "autonomy"; use the same one each time."""
    importance: Share
    """From 0 (not at all) to 1 (nothing matters more)."""


@event("role.value.rated", practice="purpose", effort=0)
class RoleValueRated(Action):
    """You rated how much a role gives you of something that you value, as of this date."""

    role: RoleId
    value: Text
    supplied: Share
    """From 0 (none of it) to 1 (all that you could want)."""


@event("energy.rated", practice="purpose", effort=0)
class EnergyRated(Action):
    """You rated whether something gives you energy or takes it."""

    about: Text
    """The id of a role or a project, or any words."""
    level: Level
    """From -2 (draining) to +2 (energising)."""
