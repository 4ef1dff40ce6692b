"""Futures side by side: each recorded in a branch of the ledger, one event after the other."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Protocol, cast

import attrs

from careerledger.answers.comparison import AS_IT_IS, Comparison, Effect, Future
from careerledger.answers.explanation import Measure, measured, name_of, ordered
from careerledger.errors import DefinitionError
from careerledger.events import Action
from careerledger.history import Entry
from careerledger.projections import NetworkGrowth, Projection, Purpose, Stagnation, VisionAlignment
from careerledger.projections.parameters import parameters_of

Asked = type[Projection[Any]] | tuple[type[Projection[Any]], Measure]
"""A projection, compared by its headline, or one with the number that is meant."""

_Measured = tuple[type[Projection[Any]], Measure | None]

DEFAULT: Sequence[Asked] = (
    VisionAlignment,
    NetworkGrowth,
    (Stagnation, "structural"),
    (Stagnation, "content"),
    Purpose,
)
"""The vision, the network, the plateau clocks and the values."""


class Branch(Protocol):
    """Makes a ledger that goes on in memory, at the time when all of some events have happened."""

    def __call__(self, facts: Sequence[Action], /, *, lenient: bool = False) -> Any:
        """A ledger without these events; a lenient one takes any reference."""
        ...


def compare(
    branch: Branch,
    futures: Mapping[str, Sequence[Action]],
    asked: Sequence[Asked],
    at: date | None,
) -> Comparison:
    """Record each future in a branch of its own, and see what every event of it does."""
    if not isinstance(cast("object", futures), Mapping):
        raise DefinitionError(f"futures are {futures!r}; give events by name: {{'stay': [...]}}")
    # Once, as what is given may be an iterator.
    futures = {
        name: [events] if isinstance(events, Action) else list(events)
        for name, events in futures.items()
    }
    if AS_IT_IS in futures:
        raise DefinitionError(f"a future is named {AS_IT_IS!r}, which is the career without any")
    everything = [event for events in futures.values() for event in events]
    day = at or branch(everything, lenient=True).now().astimezone().date()
    base = branch([], lenient=True)
    measures: dict[str, _Measured] = {}
    falling: set[str] = set()
    for one in asked:
        projection, of = one if isinstance(one, tuple) else (one, None)
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
    found = [_future(branch, AS_IT_IS, [], measures, day)]
    found += [_future(branch, name, events, measures, day) for name, events in futures.items()]
    return Comparison(at=day, futures=tuple(found), falling=frozenset(falling))


def _label(projection: type[Projection[Any]]) -> str:
    """The name of a projection, with the parameters in which it differs from the one it tunes."""
    base: Any = projection.__bases__[0]
    mine = parameters_of(projection)
    its = parameters_of(base) if attrs.has(base) else {}
    told = [f"{name}={mine[name]}" for name in sorted(its) if mine[name] != its[name]]
    return projection.__name__ + (f"({', '.join(told)})" if told else "")


def _future(
    branch: Branch,
    name: str,
    events: Sequence[Action],
    measures: Mapping[str, _Measured],
    day: date,
) -> Future:
    # All at once: here the events may refer to each other, and what cannot be is refused.
    branch(events).record(list(events))
    going = branch(events, lenient=True)
    projections = list(dict.fromkeys(projection for projection, _ in measures.values()))

    def views() -> dict[type[Projection[Any]], Any]:
        return {projection: going.project(projection, at=day) for projection in projections}

    steps, entries = [views()], list[Entry[Action]]()
    for event in events:
        entries.append(going.record(event))
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
    """What the entries did to a number that had these values before the first and after each."""
    moves = [(after or 0.0) - (before or 0.0) for before, after in pairwise(values)]
    first, last = values[0], values[-1]
    return Effect(
        measure=measure,
        value=last,
        change=None if first is None or last is None else last - first,
        shares=ordered(zip(entries, moves, strict=True)),
    )
