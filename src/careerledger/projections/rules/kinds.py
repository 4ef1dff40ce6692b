"""What is told by the type of an event is told by its bases as well."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar, cast

from careerledger.events import Event

V = TypeVar("V")
D = TypeVar("D")


def of_kind(told: Mapping[str, V], event: Event, otherwise: D) -> V | D:
    """What a mapping by names of event types says of an event.

    A class that is made from another, as a boot camp from a finished course, is what that one is
    unless the mapping says something of itself.
    """
    for name in _names(cast("Any", type(event))):
        if name in told:
            return told[name]
    return otherwise


@lru_cache(maxsize=4096)
def _names(cls: type[Event]) -> tuple[str, ...]:
    """The names on disk of a class and of what it is made from, its own first."""
    own = (base.__dict__["__event__"].name for base in cls.__mro__ if "__event__" in base.__dict__)
    return tuple(own)
