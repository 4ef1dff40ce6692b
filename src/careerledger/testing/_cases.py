"""What a law is tried on: a career, a date, and what else it needs."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain, count
from typing import Any, Final

import attrs
from hypothesis import strategies as st

from careerledger.dates import PartialDate
from careerledger.events import Action, UnknownEvent, introduced, referred
from careerledger.history import Entry
from careerledger.testing._builder import DRAW_SIZE, RANKS, CareerBuilder, CareerOptions
from careerledger.testing._careers import Amended, Career, Voided, facts_in_force, history_of
from careerledger.testing._digits import pick, shifted
from careerledger.testing._strategies import draw_career
from careerledger.testing._views import ROOM, Names


@attrs.frozen(kw_only=True, repr=False)
class Case:
    """One example for a law."""

    career: Career
    at: date
    """The date of the question."""
    order: tuple[int, ...] = ()
    """Another order in which the entries might have been recorded, by their numbers."""
    known: int = 0
    """How many entries were recorded when the question was asked first."""
    added: Action | None = None
    """An event that happened too."""
    base: int = attrs.field(init=False, factory=lambda: next(_bases))
    """Entries are numbered from here on: two cases share no number and no id, as what a
    projection kept from another case must not be taken for part of this one."""

    def __repr__(self) -> str:
        return "the one above"

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        """Hypothesis would tell all of it again."""
        printer.text(repr(self))

    @property
    def as_recorded(self) -> list[tuple[int, Action]]:
        """Its events as they were recorded, each with its number."""
        steps = enumerate(self.career.steps, start=1)
        return [(number, step) for number, step in steps if isinstance(step, Action)]

    @property
    def names(self) -> Names:
        """What its entries are called."""
        return Names(self.base)

    def history(
        self, steps: Sequence[Any] | None = None, base: int | None = None
    ) -> list[Entry[Any]]:
        """The history up to ``at`` of these steps, or of the career."""
        steps = self.career.steps if steps is None else steps
        return until(history_of(steps, self.base if base is None else base), self.at)

    def retold(self, facts: Sequence[tuple[int, Any]]) -> tuple[list[Entry[Any]], Names]:
        """The history where these facts alone were recorded, right at first and in this order.

        Args:
            facts: Each with the number by which it is called.

        Returns:
            The history, and what its entries are called.
        """
        base = next(_bases)
        history = self.history([fact for _, fact in facts], base)
        return history, Names(base, tuple(number for number, _ in facts))


def without(case: Case, number: int) -> Case | None:
    """The case without an entry and what corrects it, or None where others refer to it."""
    steps = case.career.steps
    gone = {number}
    for n, step in enumerate(steps, start=1):
        if isinstance(step, Voided | Amended) and step.number == number:
            gone.add(n)
    left = [n for n in range(1, len(steps) + 1) if n not in gone]
    new = {old: n for n, old in enumerate(left, 1)}
    kept = [
        attrs.evolve(step, number=new[step.number]) if isinstance(step, Voided | Amended) else step
        for step in (steps[n - 1] for n in left)
    ]
    if _dangling([*kept, case.added]) - _dangling([*steps, case.added]):
        return None
    return attrs.evolve(
        case,
        career=Career(kept),
        order=tuple(new[n] for n in case.order if n in new),
        known=sum(n <= case.known for n in left),
    )


def _dangling(steps: Sequence[Any]) -> set[str]:
    """The ids that events refer to though none introduces them."""
    events = [step.event if isinstance(step, Amended) else step for step in steps]
    told = [event for event in events if isinstance(event, Action)]
    there = {introduced(event) for event in told}
    return {
        id_
        for event in told
        for _, id_, kinds in referred(event)
        if not there & {f"{kind}:{id_}" for kind in kinds}
    }


_bases: Final[Iterator[int]] = count(2 * ROOM, ROOM)


def until(history: Sequence[Entry[Any]], at: date) -> list[Entry[Any]]:
    """What of a history has happened by a date."""
    last = at.isoformat()
    return [entry for entry in history if entry.event.on <= last]


_OFFSETS: Final = (0, 1, 0, 30, 0, 365, 0, 366, 364, 90, 731, 180, 1096, 10, 29, 2)
"""Days from an event to the question, the ends of common windows among them."""
_LEAP_DAYS: Final = (date(2024, 2, 29), date(2028, 2, 29), date(2020, 2, 29), date(2032, 2, 29))
_LATEST, _OTHER, _LEAP = 176, 232, 256
"""Up to which digit the question is asked after the last event, after another, on a leap day."""

_AT: Final = 3
"""How many digits say when the question is asked."""


def _at(career: Career, digits: bytes) -> date:
    days = sorted((fact.on.first_day for fact in _dated(career)), reverse=True)
    days = days or [date(2024, 1, 1)]
    which, other, offset = digits
    if which >= _OTHER:
        leap = [day for day in _LEAP_DAYS if day >= days[-1]]
        return pick(leap, other)
    day = days[0] if which < _LATEST else pick(days, other)
    return shifted(day, pick(_OFFSETS, offset))


def _dated(career: Career) -> list[Any]:
    steps = chain(career.steps, (fact for _, fact in facts_in_force(career.steps)))
    return [step for step in steps if isinstance(step, Action | UnknownEvent)]


def _order(builder: CareerBuilder) -> tuple[int, ...]:
    """The numbers of the entries in another order, in which those of one date keep theirs."""
    numbers = range(1, len(builder.steps) + 1)
    mixed = sorted(numbers, key=lambda number: builder.ranks[number - 1])
    queues: dict[str, list[int]] = {}
    for number in numbers:
        queues.setdefault(_on(builder, number), []).append(number)
    return tuple(queues[_on(builder, number)].pop(0) for number in mixed)


def _known(builder: CareerBuilder) -> int:
    """Return how many entries come before the first that was not known yet."""
    return next((n for n, rank in enumerate(builder.ranks) if rank >= _UNKNOWN), len(builder.ranks))


_UNKNOWN: Final = RANKS - 4


def _on(builder: CareerBuilder, number: int) -> str:
    step: Any = builder.steps[number - 1]
    return str(step.on)


@st.composite
def cases(
    draw: st.DrawFn,
    options: CareerOptions,
    *,
    order: bool = False,
    known: bool = False,
    added: Sequence[type[Action]] = (),
) -> Case:
    """Return cases with careers of these options; the rest is made where a law asks for it."""
    digits, builder = draw_career(draw, options, _AT + DRAW_SIZE if added else _AT)
    career = Career(builder.steps)
    at = _at(career, digits[:_AT])
    return Case(
        career=career,
        at=at,
        order=_order(builder) if order else (),
        known=_known(builder) if known else 0,
        added=_added(builder, added, digits[_AT:], at) if added else None,
    )


def _added(
    builder: CareerBuilder, kinds: Sequence[type[Action]], digits: bytes, at: date
) -> Action | None:
    """An event of one of the kinds that fits behind the career, and happened by a date."""
    cls = pick(kinds, digits[0])
    builder.world.day = shifted(at, -pick(_OFFSETS, digits[1]))
    event = builder.event(cls, digits, PartialDate(builder.world.day))
    return event if isinstance(event, cls) and event.on <= at.isoformat() else None
