"""Open opportunities as futures: what taking each would mean, event by event."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, count
from typing import Final, cast

from careerledger.answers.comparison import AS_IT_IS
from careerledger.answers.finding import facts
from careerledger.arguments import check_whole_number, wrong
from careerledger.dates import DateLike, PartialDate
from careerledger.events import Action, Event, introduced
from careerledger.events.learning import SkillPractised
from careerledger.events.network import ContactMade, ContactTouched
from careerledger.events.ownership import OpportunityDecided, OpportunityFound
from careerledger.events.purpose import RoleValueRated
from careerledger.events.role import RoleEnded, RoleStarted, WorkLogged
from careerledger.history import Entry, check_history
from careerledger.projections.rules.spans import spans

__all__ = ["opportunities"]

WEEKS_IN_MONTH: Final = 52 / 12


def opportunities(
    history: Iterable[Entry[Event]], on: DateLike, *, months: int = 12, weekly_hours: float = 30.0
) -> dict[str, list[Action]]:
    """Return what taking each open opportunity would mean, as events to compare.

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
    history = check_history(history)
    if check_whole_number("months", months, 0, "12") > _MOST_MONTHS:
        raise wrong("months", months, f"it must be at most {_MOST_MONTHS:,}")
    if not isinstance(cast("object", weekly_hours), int | float) or not 0 <= weekly_hours <= _WEEK:
        raise wrong("weekly_hours", weekly_hours, f"it must be a number from 0 to {_WEEK}")
    used = {name for entry in history if (name := introduced(entry.event)) is not None}
    day = PartialDate(on).first_day
    spanning = spans(facts(history), ["opportunity", "role"]).values()
    endings = [
        RoleEnded(on=max(span.start.event.on.first_day, day - timedelta(days=1)), role=span.id)
        for span in spanning
        if span.kind == "role" and (span.end is None or span.end.event.on.last_day >= day)
    ]
    ends = _month_ends(day, months)
    openings = [
        span.start.event for span in spanning if span.kind == "opportunity" and not span.end
    ]
    return {
        _future_name(opportunity.opportunity, used): [
            *_events_of_taking(
                opportunity,
                on=day,
                endings=endings,
                ends=ends,
                weekly_hours=weekly_hours,
                used=used,
            )
        ]
        for opportunity in openings
        if isinstance(opportunity, OpportunityFound)
    }


def _events_of_taking(
    opportunity: OpportunityFound,
    *,
    on: date,
    endings: Sequence[RoleEnded],
    ends: Sequence[date],
    weekly_hours: float,
    used: Collection[str],
) -> Iterator[Action]:
    name, like = opportunity.opportunity, opportunity.role_like
    yield OpportunityDecided(on=on, opportunity=name, decision="taken", why="to compare", hours=0)
    if like is None:
        return
    if not like.beside:
        yield from endings
    role, organisation = _unused_id("role", f"{name} (taken)", used), like.organisation or name
    yield RoleStarted(
        on=on,
        role=role,
        organisation=organisation,
        title=like.title,
        industry=like.industry,
        level=like.level,
        scope=like.scope,
        pay=like.pay,
        weekly_hours=like.weekly_hours or weekly_hours,
        themes=opportunity.themes,
        toward=opportunity.toward,
    )
    for value, supplied in like.values.items():
        yield RoleValueRated(on=on, role=role, value=value, supplied=supplied)
    for skill in like.skills:
        yield SkillPractised(on=on, skill=skill, hours=0)
    people = [
        _unused_id("contact", f"{name} (taken), {number}", used)
        for number in range(1, like.people + 1)
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


def _unused_id(kind: str, id_: str, used: Collection[str]) -> str:
    """Return this id, or one like it that nothing introduced."""
    return next(
        unused
        for unused in chain([id_], (f"{id_} {number}" for number in count(2)))
        if f"{kind}:{unused}" not in used
    )


def _future_name(opportunity: str, used: Collection[str]) -> str:
    """Return the opportunity's id, or another name where that is the one of no future."""
    if opportunity != AS_IT_IS:
        return opportunity
    return _unused_id("opportunity", f"{opportunity} (taken)", used)


_MOST_MONTHS: Final = 1_200
_WEEK: Final = 168
"""Hours in a week."""


def _month_ends(on: date, months: int) -> list[date]:
    """Return the last days of so many months after the month of a day."""
    first = on.year * 12 + on.month
    numbers = range(first, first + months)
    return [PartialDate(f"{n // 12:04}-{n % 12 + 1:02}").last_day for n in numbers]
