"""Futures side by side: what each would do to the numbers of a career."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, count
from typing import Final

import attrs

from careerledger.answers.checks.finding import facts
from careerledger.answers.explanation import EntryShare
from careerledger.dates import DateLike, PartialDate
from careerledger.errors import DefinitionError
from careerledger.events import Action, Event, introduced
from careerledger.events.learning import SkillPractised
from careerledger.events.network import ContactMade, ContactTouched
from careerledger.events.ownership import OpportunityDecided, OpportunityFound
from careerledger.events.purpose import RoleValueRated
from careerledger.events.role import RoleEnded, RoleStarted, WorkLogged
from careerledger.history import Entry
from careerledger.projections.rules.spans import spans
from careerledger.projections.view import View

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
    """Beside the career as it is, at the same date; None where one of them has nothing to go on."""
    shares: tuple[EntryShare, ...]
    """What each added event did to the number, one after the other, largest first; nothing to go on
    is 0 here. They sum to the change, or to what came from nothing."""


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
    history: Iterable[Entry[Event]], on: DateLike, *, months: int = 12, weekly_hours: float = 30.0
) -> dict[str, list[Action]]:
    """What taking each open opportunity would mean, as events to compare.

    An opportunity with a ``role_like`` becomes that role, started on the day:

    - the roles that are held end the day before, unless it is to be held ``beside`` them;
    - its ``values`` are rated, its ``skills`` practised;
    - its ``people`` become contacts, with whom one works until the last month;
    - at the end of each month there is work in it, with the themes and links of the opportunity.

    One without becomes the decision alone, which moves nothing. Where this is not what taking it
    would mean, give ``Ledger.compare`` futures of your own.

    Args:
        history: Entries in history order.
        on: The day on which it would be taken; a month or year means its first day.
        months: For how long to work in it.
        weekly_hours: Of work, where the opportunity does not state them.

    Returns:
        Events by opportunity, in the order they were found; decided ones are left out. The ids of
        roles and people that they introduce are not taken by anything else.
    """
    history = list(history)
    taken = {name for entry in history if (name := introduced(entry.event)) is not None}
    day = PartialDate(on).first_day
    spanning = spans(facts(history), ["opportunity", "role"]).values()
    held = [
        RoleEnded(on=max(span.start.event.on.first_day, day - timedelta(days=1)), role=span.id)
        for span in spanning
        if span.kind == "role" and (span.end is None or span.end.event.on.last_day >= day)
    ]
    ends = _month_ends(day, months)
    found = [span.start.event for span in spanning if span.kind == "opportunity" and not span.end]
    return {
        _future_name(opportunity.opportunity, taken): [
            *_taken(opportunity, day, held, ends, weekly_hours, taken)
        ]
        for opportunity in found
        if isinstance(opportunity, OpportunityFound)
    }


def _taken(  # noqa: PLR0917 - what taking one depends on
    opportunity: OpportunityFound,
    on: date,
    held: Sequence[RoleEnded],
    ends: Sequence[date],
    weekly_hours: float,
    ids: Collection[str],
) -> Iterator[Action]:
    name, like = opportunity.opportunity, opportunity.role_like
    yield OpportunityDecided(on=on, opportunity=name, decision="taken", why="to compare", hours=0)
    if like is None:
        return
    if not like.beside:
        yield from held
    role, organisation = _free("role", f"{name} (taken)", ids), like.organisation or name
    yield RoleStarted(
        on=on,
        role=role,
        organisation=organisation,
        title=like.title,
        industry=like.industry,
        level=like.level,
        scope=like.scope,
        pay=like.pay,
    )
    for value, supplied in like.values.items():
        yield RoleValueRated(on=on, role=role, value=value, supplied=supplied)
    for skill in like.skills:
        yield SkillPractised(on=on, skill=skill, hours=0)
    people = [
        _free("contact", f"{name} (taken), {number}", ids) for number in range(1, like.people + 1)
    ]
    for person in people:
        yield ContactMade(
            on=on, contact=person, name=person, organisation=organisation, kind="peer", hours=0
        )
    for end in ends:
        yield WorkLogged(
            on=end,
            role=role,
            what=like.title,
            hours=(like.weekly_hours or weekly_hours) * WEEKS_IN_MONTH,
            themes=opportunity.themes,
            toward=opportunity.toward,
            initiative=opportunity.initiative,
        )
    for person in people if ends else ():
        yield ContactTouched(on=ends[-1], contact=person, depth=3, hours=0)


def _free(kind: str, id_: str, taken: Collection[str]) -> str:
    """This id, or one like it that nothing introduced."""
    return next(
        free
        for free in chain([id_], (f"{id_} {number}" for number in count(2)))
        if f"{kind}:{free}" not in taken
    )


def _future_name(opportunity: str, taken: Collection[str]) -> str:
    """What taking an opportunity is called: as it is called itself, unless that is taken."""
    if opportunity != AS_IT_IS:
        return opportunity
    return _free("opportunity", f"{opportunity} (taken)", taken)


WEEKS_IN_MONTH: Final = 52 / 12


def _month_ends(on: date, months: int) -> list[date]:
    """The last days of the months that follow a day's, as many as asked for."""
    first = on.year * 12 + on.month
    numbers = range(first, first + months)
    return [PartialDate(f"{n // 12:04}-{n % 12 + 1:02}").last_day for n in numbers]
