"""The effort of an action: the hours that it states, else those of its type."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from careerledger.events import Action


def hours_of(event: Action, efforts: Mapping[str, float]) -> float:
    """Return the hours that an action counts for.

    Args:
        event: The action; the hours that it states come first.
        efforts: Hours by event name, in place of those that the classes state. A class made from
            another, as a boot camp from a finished course, has the hours of that one unless it
            states its own.
    """
    if event.hours is not None:
        return event.hours
    if efforts:
        for name in _names(cast("Any", type(event))):
            if name in efforts:
                return efforts[name]
    return event.__event__.effort


@lru_cache(maxsize=4096)
def _names(cls: type[Action]) -> tuple[str, ...]:
    """Return the names on disk of a class and of those it has its effort from, its own first."""
    names: list[str] = []
    for base in cls.__mro__:
        if "__event__" in base.__dict__:
            kind = base.__dict__["__event__"]
            if kind.effort != cls.__event__.effort:
                break
            names.append(kind.name)
    return tuple(names)
