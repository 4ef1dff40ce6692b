"""The ids in an event: the one that it introduces, and those that it refers to."""

from collections.abc import Iterable, Sequence
from typing import cast

from careerledger.events.base import Event, UnknownEvent


def introduced(event: Event) -> str | None:
    """Return the id that an event introduces, as ``"kind:id"``; None: it introduces none."""
    introduces = None if isinstance(event, UnknownEvent) else event.__event__.introduces
    if introduces is None:
        return None
    name, kind = introduces
    id_: str | None = getattr(event, name)
    return None if id_ is None else f"{kind}:{id_}"


def referred(event: Event) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return the ids that an event refers to, each with its field and its possible kinds."""
    if isinstance(event, UnknownEvent):
        return []
    return [
        (name, id_, kinds)
        for name, kinds in event.__event__.refers
        for id_ in ids_in(getattr(event, name))
    ]


def named(event: Event) -> list[str]:
    """Return the ids that an event names besides the one it introduces, each as ``"kind:id"``.

    An amendment names all that the event in it introduces or refers to.
    """
    names: list[str] = []
    inner = getattr(event, "event", None)
    if isinstance(inner, Event):
        event = inner
        names += filter(None, [introduced(event)])
    refers = () if isinstance(event, UnknownEvent) else event.__event__.refers
    for field, kinds in refers:
        value = getattr(event, field)
        if value:  # which most are not
            for id_ in ids_in(value):
                for kind in kinds:
                    names.append(f"{kind}:{id_}")
    return list(dict.fromkeys(names)) if len(names) > 1 else names


def ids_in(value: object) -> Sequence[str]:
    """Return the ids that a field of references holds: none, one, or several."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else sorted(cast("Iterable[str]", value))
