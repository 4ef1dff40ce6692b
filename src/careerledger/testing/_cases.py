"""Cases: what a law is tested on. A career, the date of a question, and what else the law needs."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import count
from typing import Any, Final

import attrs
from hypothesis import strategies as st

from careerledger.dates import PartialDate
from careerledger.events import Action, UnknownEvent, introduced, referred
from careerledger.history import Entry
from careerledger.testing._byte_values import days_after, pick
from careerledger.testing._career_builder import (
    DRAW_SIZE,
    SHUFFLE_RANKS,
    CareerBuilder,
    CareerOptions,
)
from careerledger.testing._career_strategies import draw_career
from careerledger.testing._careers import Amended, Career, Voided, events_in_force, history_of
from careerledger.testing._view_text import MAX_ENTRIES, EntryNames, view_text


@attrs.frozen(kw_only=True, repr=False)
class Case:
    """One example for a law."""

    career: Career
    at: date
    """The date of the question."""
    order: tuple[int, ...] = ()
    """Another order of recording, by entry number."""
    known: int = 0
    """How many entries were recorded when the question was asked first."""
    added: Action | None = None
    """One more event."""
    base: int = attrs.field(init=False, factory=lambda: next(_bases))
    """The sequence number before the first entry. No two cases share a sequence number or an id,
    so that what a projection remembers of another case is never mistaken for this one."""

    def __repr__(self) -> str:
        return "the case above"

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        """Print one line, as the message of the failure shows the whole case."""
        printer.text(repr(self))

    @property
    def uncorrected_events(self) -> list[tuple[int, Action]]:
        """The events as first recorded, each with its entry's number."""
        steps = enumerate(self.career.steps, start=1)
        return [(number, step) for number, step in steps if isinstance(step, Action)]

    def text_of(self, view: object) -> str:
        """Return a view as text, with this case's names of entries."""
        return view_text(view, EntryNames(self.base))

    def history(
        self, steps: Sequence[Any] | None = None, base: int | None = None
    ) -> list[Entry[Any]]:
        """Return the history up to ``at`` of these steps; default: of the career."""
        steps = self.career.steps if steps is None else steps
        return events_until(history_of(steps, self.base if base is None else base), self.at)

    def history_of_events(
        self, events: Sequence[tuple[int, Any]]
    ) -> tuple[list[Entry[Any]], EntryNames]:
        """Return the history of a ledger that recorded only these events, in this order.

        Args:
            events: Each with the number in its entry's name.

        Returns:
            The history, and the names of its entries.
        """
        base = next(_bases)
        history = self.history([event for _, event in events], base)
        return history, EntryNames(base, tuple(number for number, _ in events))


_bases: Final[Iterator[int]] = count(2 * MAX_ENTRIES, MAX_ENTRIES)


def without_entry(case: Case, number: int) -> Case | None:
    """Return the case without an entry and its corrections; None if other entries refer to it."""
    steps = case.career.steps
    remaining = [
        n
        for n, step in enumerate(steps, start=1)
        if n != number and not (isinstance(step, Voided | Amended) and step.number == number)
    ]
    new_numbers = {old: new for new, old in enumerate(remaining, start=1)}
    new_steps = [
        attrs.evolve(step, number=new_numbers[step.number])
        if isinstance(step, Voided | Amended)
        else step
        for step in (steps[n - 1] for n in remaining)
    ]
    if _missing_ids([*new_steps, case.added]) - _missing_ids([*steps, case.added]):
        return None
    return attrs.evolve(
        case,
        career=Career(new_steps),
        order=tuple(new_numbers[n] for n in case.order if n in new_numbers),
        known=sum(n <= case.known for n in remaining),
    )


def _missing_ids(steps: Sequence[Any]) -> set[str]:
    """Return the ids that events refer to and no event introduces."""
    events = [step.event if isinstance(step, Amended) else step for step in steps]
    actions = [event for event in events if isinstance(event, Action)]
    names = {introduced(action) for action in actions}
    return {
        id_
        for action in actions
        for _, id_, kinds in referred(action)
        if not names & {f"{kind}:{id_}" for kind in kinds}
    }


def events_until(history: Sequence[Entry[Any]], at: date) -> list[Entry[Any]]:
    """Return the entries of a history whose events happened by a date."""
    last = at.isoformat()
    return [entry for entry in history if entry.event.on <= last]


# The date of the question

_OFFSETS: Final = (0, 1, 0, 30, 0, 365, 0, 366, 364, 90, 731, 180, 1096, 10, 29, 2)
"""Days from an event to the question; the ends of common windows are among them."""
_LEAP_DAYS: Final = (date(2024, 2, 29), date(2028, 2, 29), date(2020, 2, 29), date(2032, 2, 29))
_AFTER_LAST, _AFTER_ANY = 176, 232
"""Of 256 questions, how many are asked after the last event; and up to which after any event.
The rest are asked on a leap day."""

_DATE_SIZE: Final = 3
"""How many bytes decide the date of the question."""


def _question_date(career: Career, drawn: bytes) -> date:
    days = sorted((event.on.first_day for event in _all_events(career)), reverse=True)
    days = days or [date(2024, 1, 1)]
    which, other, offset = drawn
    if which >= _AFTER_ANY:
        return pick([day for day in _LEAP_DAYS if day >= days[-1]], other)
    day = days[0] if which < _AFTER_LAST else pick(days, other)
    return days_after(day, pick(_OFFSETS, offset))


def _all_events(career: Career) -> list[Any]:
    steps = [*career.steps, *(event for _, event in events_in_force(career.steps))]
    return [step for step in steps if isinstance(step, Action | UnknownEvent)]


# What single laws need


def _other_order(builder: CareerBuilder) -> tuple[int, ...]:
    """Return the entry numbers in another order, in which entries of one date keep theirs."""
    numbers = range(1, len(builder.steps) + 1)
    shuffled = sorted(numbers, key=lambda number: builder.ranks[number - 1])
    by_date: dict[str, list[int]] = {}
    for number in numbers:
        by_date.setdefault(_date_text(builder, number), []).append(number)
    return tuple(by_date[_date_text(builder, number)].pop(0) for number in shuffled)


def _date_text(builder: CareerBuilder, number: int) -> str:
    step: Any = builder.steps[number - 1]
    return str(step.on)


def _known_entries(builder: CareerBuilder) -> int:
    """Return how many entries come before the first one with a high rank."""
    high = (n for n, rank in enumerate(builder.ranks) if rank >= _HIGH_RANK)
    return next(high, len(builder.ranks))


_HIGH_RANK: Final = SHUFFLE_RANKS - 4


def _added_event(
    builder: CareerBuilder, classes: Sequence[type[Action]], drawn: bytes, at: date
) -> Action | None:
    """Return one more event of one of the classes that happened by a date, if one fits."""
    cls = pick(classes, drawn[0])
    builder.world.day = days_after(at, -pick(_OFFSETS, drawn[1]))
    event = builder.event(cls, drawn, PartialDate(builder.world.day))
    return event if isinstance(event, cls) and event.on <= at.isoformat() else None


@st.composite
def cases(
    draw: st.DrawFn,
    options: CareerOptions,
    *,
    needs: str = "",
    added: Sequence[type[Action]] = (),
) -> Case:
    """Return cases for a law.

    Args:
        draw: Passed by Hypothesis.
        options: Which careers to draw.
        needs: The optional field of a case that the law needs: order, known or added.
        added: The classes of an added event.
    """
    adds = needs == "added"
    drawn, builder = draw_career(draw, options, _DATE_SIZE + DRAW_SIZE * adds)
    career = Career(builder.steps)
    at = _question_date(career, drawn[:_DATE_SIZE])
    return Case(
        career=career,
        at=at,
        order=_other_order(builder) if needs == "order" else (),
        known=_known_entries(builder) if needs == "known" else 0,
        added=_added_event(builder, added, drawn[_DATE_SIZE:], at) if adds else None,
    )
