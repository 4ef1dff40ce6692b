"""Futures side by side: what each would do to the numbers of a career."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import attrs

from careerledger.analyses.explanation import EntryShare
from careerledger.dates import PartialDate
from careerledger.errors import DefinitionError
from careerledger.events import Action, Event
from careerledger.events.ownership import OpportunityDecided, OpportunityFound
from careerledger.events.role import RoleStarted, WorkLogged
from careerledger.history import Entry
from careerledger.projections._views import View

__all__ = ["AS_IT_IS", "Comparison", "Effect", "Future", "opportunities"]

AS_IT_IS: Final = "as it is"
"""The name of the future in which nothing is added: time passes."""


@attrs.frozen(kw_only=True)
class Effect(View):
    """What a future does to one number."""

    HEADLINE = "value"

    measure: str
    """Projection and number, as ``"VisionAlignment.score"``."""
    value: float | None
    change: float | None
    """Beside the career as it is, at the same date; None where neither has anything to go on."""
    shares: tuple[EntryShare, ...]
    """What each added event did to the number, one after the other; they sum to the change.
    Largest first."""


@attrs.frozen(kw_only=True)
class Future(View):
    """One way to go on."""

    name: str
    effects: tuple[Effect, ...]
    """One for each measure, in the same order for every future."""

    def effect(self, measure: str) -> Effect:
        """The effect on one measure; DefinitionError where there is no such measure."""
        for effect in self.effects:
            if effect.measure == measure:
                return effect
        raise DefinitionError(
            f"no measure {measure!r} was compared; "
            f"there are {', '.join(effect.measure for effect in self.effects)}"
        )


@attrs.frozen(kw_only=True)
class Comparison(View):
    """Futures at one date, the career as it is among them."""

    at: date
    futures: tuple[Future, ...]
    """The career as it is first, then in the order given."""
    falling: frozenset[str]
    """Measures of which less is better, such as a plateau's clock."""

    def ranked(self, measure: str) -> tuple[str, ...]:
        """The names of the futures, the best first; those with nothing to go on last.

        Of futures alike, the one that was given earlier comes first.
        """
        sign = 1 if measure in self.falling else -1
        values = [(future.effect(measure).value, future.name) for future in self.futures]
        known = [(value, name) for value, name in values if value is not None]
        known.sort(key=lambda pair: sign * pair[0])
        return tuple(name for _, name in known) + tuple(n for v, n in values if v is None)

    def of(self, name: str) -> Future:
        """The future with this name; DefinitionError where there is none."""
        for future in self.futures:
            if future.name == name:
                return future
        raise DefinitionError(
            f"no future {name!r} was compared; "
            f"there are {', '.join(future.name for future in self.futures)}"
        )


def opportunities(
    history: Iterable[Entry[Event]], on: date, *, months: int = 12, hours: float = 130.0
) -> dict[str, list[Action]]:
    """What taking each open opportunity would mean, as events to compare.

    An opportunity with a ``role_like`` becomes that role, started on the day, and work in it at
    the end of each month with the themes and links of the opportunity; one without becomes the
    decision alone, which moves nothing. Roles that are held now go on beside it: where the new
    one would take the place of another, give ``Ledger.compare`` futures of your own.

    Args:
        history: Entries in history order.
        on: The day on which it would be taken.
        months: For how long to work in it.
        hours: Of work in a month; 130 is a full month of 30 hours a week.

    Returns:
        Events by opportunity, in the order they were found; decided ones are left out.
    """
    found: dict[str, OpportunityFound] = {}
    decided: set[str] = set()
    for entry in history:
        if isinstance(entry.event, OpportunityFound):
            found[entry.event.opportunity] = entry.event
        elif isinstance(entry.event, OpportunityDecided):
            decided.add(entry.event.opportunity)
    return {
        name: _taken(opportunity, on, _month_ends(on, months), hours)
        for name, opportunity in found.items()
        if name not in decided
    }


def _taken(
    opportunity: OpportunityFound, on: date, ends: Sequence[date], hours: float
) -> list[Action]:
    name, like = opportunity.opportunity, opportunity.role_like
    taken = OpportunityDecided(on=on, opportunity=name, decision="taken", why="to compare", hours=0)
    if like is None:
        return [taken]
    role = f"{name} (taken)"
    start = RoleStarted(
        on=on,
        role=role,
        organisation=like.organisation or name,
        title=like.title,
        industry=like.industry,
        level=like.level,
        scope=like.scope,
        pay=like.pay,
    )
    work = [
        WorkLogged(
            on=end,
            role=role,
            what=like.title,
            hours=hours,
            themes=opportunity.themes,
            toward=opportunity.toward,
            initiative=opportunity.initiative,
        )
        for end in ends
    ]
    return [taken, start, *work]


def _month_ends(on: date, months: int) -> list[date]:
    """The last days of the months that follow a day's, as many as asked for."""
    first = on.year * 12 + on.month
    numbers = range(first, first + months)
    return [PartialDate(f"{n // 12:04}-{n % 12 + 1:02}").last_day for n in numbers]
