"""Futures side by side: record each in a branch of the ledger, and see what it changes."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Final, Protocol, cast

import attrs

from careerledger.answers.explanation import EntryShare, Measure, measured, name_of, ordered
from careerledger.arguments import check_items
from careerledger.errors import DefinitionError
from careerledger.events import Action
from careerledger.history import Entry
from careerledger.projections import NetworkGrowth, Projection, Purpose, Stagnation, VisionAlignment
from careerledger.projections.parameters import parameters_of
from careerledger.projections.view import View
from careerledger.text import shown

__all__ = ["AS_IT_IS", "DEFAULT", "Comparison", "Effect", "Future", "Question", "compare"]

AS_IT_IS: Final = "as it is"
"""The name of the future in which nothing is added: time passes."""


@attrs.frozen(kw_only=True)
class Effect(View):
    """What a future does to one number."""

    HEADLINE = "value"

    measure: str
    """Projection and number, as ``"VisionAlignment.score"``."""
    value: float | None
    """The number in this future; None without anything to go on."""
    change: float | None
    """How much larger it is than without the future, on the same day; None if either is None."""
    shares: tuple[EntryShare, ...]
    """How far each added event moved the number, largest first. The shares sum to the change;
    a number with nothing to go on counts as 0 here."""


@attrs.frozen(kw_only=True)
class Future(View):
    """One way to go on."""

    name: str
    effects: tuple[Effect, ...]
    """One for each measure, in the same order for every future."""

    def effect(self, measure: str) -> Effect:
        """Return the effect on one measure; DefinitionError where there is no such measure."""
        for effect in self.effects:
            if effect.measure == measure:
                return effect
        raise DefinitionError(
            f"no measure {shown(measure)} was compared; "
            f"there are {', '.join(effect.measure for effect in self.effects)}"
        )


@attrs.frozen(kw_only=True)
class Comparison(View):
    """Futures at one date, the career as it is among them."""

    at: date
    futures: tuple[Future, ...]
    """The career as it is first, then in the order given."""
    falling: frozenset[str]
    """Measures that are better when lower, such as a plateau's clock."""

    def ranked(self, measure: str) -> tuple[str, ...]:
        """Return the names of the futures, the best first; those with nothing to go on last.

        Of futures alike, the one that was given earlier comes first.
        """
        values = [(future.effect(measure).value, future.name) for future in self.futures]
        sign = 1 if measure in self.falling else -1
        known = [(value, name) for value, name in values if value is not None]
        known.sort(key=lambda pair: sign * pair[0])
        return tuple(name for _, name in known) + tuple(n for v, n in values if v is None)

    def of(self, name: str) -> Future:
        """Return the future with this name; DefinitionError for an unknown name."""
        for future in self.futures:
            if future.name == name:
                return future
        raise DefinitionError(
            f"no future {shown(name)} was compared; "
            f"there are {', '.join(future.name for future in self.futures)}"
        )


Question = type[Projection[Any]] | tuple[type[Projection[Any]], Measure]
"""A projection, compared by its headline, or a projection and which of its numbers."""

_Number = tuple[type[Projection[Any]], Measure | None]

DEFAULT: Sequence[Question] = (
    VisionAlignment,
    NetworkGrowth,
    (Stagnation, "structural"),
    (Stagnation, "content"),
    Purpose,
)
"""The vision, the network, the plateau clocks and the values."""


class Branch(Protocol):
    """Makes a branch of a ledger, whose clock shows when all of some events have happened."""

    def __call__(self, facts: Sequence[Action], /, *, lenient: bool = False) -> Any:
        """Return the branch, without these events yet; a lenient one takes any reference."""
        ...


def compare(
    branch: Branch,
    futures: Mapping[str, Sequence[Action]],
    questions: Sequence[Question],
    at: date | None,
) -> Comparison:
    """Compare futures: record each in a branch of its own, and see what every event of it does.

    Args:
        branch: Makes the branches.
        futures: The events of each future, by its name.
        questions: What to compare.
        at: The date of all answers; None: the first on which all events have happened.
    """
    if not isinstance(cast("object", futures), Mapping):
        raise DefinitionError(
            f"futures are {shown(futures)}; give events by name: {{'stay': [...]}}"
        )
    # Only once, as events may be an iterator.
    futures = {
        name: [events]
        if isinstance(events, Action)
        else check_items(f"the future {shown(name)}", events, "[RoleStarted(...)]")
        for name, events in futures.items()
    }
    if AS_IT_IS in futures:
        raise DefinitionError(
            f"a future is named {AS_IT_IS!r}, as is the career without any; choose another name"
        )
    everything = [event for events in futures.values() for event in events]
    day = at or branch(everything, lenient=True).now().astimezone().date()
    base = branch([], lenient=True)
    measures: dict[str, _Number] = {}
    falling: set[str] = set()
    chosen: list[Question] = check_items("projections", questions, "[VisionAlignment]")
    for question in chosen:
        projection, of = question if isinstance(question, tuple) else (question, None)
        view = base.project(projection, at=day)
        number = name_of(view, of)
        name = f"{_label(projection)}.{number}"
        if name in measures:
            raise DefinitionError(
                f"two measures have one name, {name}; give each once, and functions by a name of "
                "their own"
            )
        measures[name] = (projection, of)
        if number in getattr(view, "FALLING", ()):
            falling.add(name)
    futures = {AS_IT_IS: [], **futures}
    return Comparison(
        at=day,
        futures=tuple(_future(branch, name, futures[name], measures, day) for name in futures),
        falling=frozenset(falling),
    )


def _label(projection: type[Projection[Any]]) -> str:
    """Return the projection's name, with the parameters in which it differs from its base."""
    base: Any = projection.__bases__[0]
    mine = parameters_of(projection)
    its = parameters_of(base) if attrs.has(base) else {}
    changed = [f"{name}={mine[name]}" for name in sorted(its) if mine[name] != its[name]]
    return projection.__name__ + (f"({', '.join(changed)})" if changed else "")


def _future(
    branch: Branch,
    name: str,
    events: Sequence[Action],
    measures: Mapping[str, _Number],
    day: date,
) -> Future:
    # All at once: here the events may refer to each other, and what cannot be is refused.
    branch(events).record(list(events))
    ledger = branch(events, lenient=True)
    projections = list(dict.fromkeys(projection for projection, _ in measures.values()))

    def views() -> dict[type[Projection[Any]], Any]:
        return {projection: ledger.project(projection, at=day) for projection in projections}

    steps, entries = [views()], list[Entry[Action]]()
    for event in events:
        entries.append(ledger.record(event))
        steps.append(views())
    return Future(
        name=name,
        effects=tuple(
            _effect(measure, [measured(step[projection], of) for step in steps], entries)
            for measure, (projection, of) in measures.items()
        ),
    )


def _effect(
    measure: str, values: Sequence[float | None], entries: Sequence[Entry[Action]]
) -> Effect:
    """Return what the entries did to a number with these values before the first and after each."""
    moves = [(after or 0.0) - (before or 0.0) for before, after in pairwise(values)]
    first, last = values[0], values[-1]
    return Effect(
        measure=measure,
        value=last,
        change=None if first is None or last is None else last - first,
        shares=ordered(zip(entries, moves, strict=True)),
    )
