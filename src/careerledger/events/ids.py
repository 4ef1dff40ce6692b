"""Find the ids in an event: the one that it introduces, and those that it refers to."""

from collections.abc import Iterable, Sequence
from typing import cast

from careerledger.arguments import wrong
from careerledger.events.base import Event, EventType, UnknownEvent


def introduced(event: Event) -> str | None:
    """Return the id that an event introduces, as ``"kind:id"``, or None."""
    introduces = None if isinstance(event, UnknownEvent) else _type_of(event).introduces
    if introduces is None:
        return None
    name, kind = introduces
    id_: str | None = getattr(event, name)
    return None if id_ is None else f"{kind}:{id_}"


def referred(event: Event) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return each id that an event refers to, as field, id and possible kinds."""
    if isinstance(event, UnknownEvent):
        return []
    return [
        (name, id_, kinds)
        for name, kinds in _type_of(event).refers
        for id_ in ids_in(getattr(event, name))
    ]


def named(event: Event) -> list[str]:
    """Return the ids that an event refers to, each as ``"kind:id"``.

    An amendment names all ids that its new event introduces or refers to.
    """
    names: list[str] = []
    inner = getattr(event, "event", None)
    if isinstance(inner, Event):
        event = inner
        names += filter(None, [introduced(event)])
    refers = () if isinstance(event, UnknownEvent) else _type_of(event).refers
    for field, kinds in refers:
        value = getattr(event, field)
        if value:  # which most are not
            for id_ in ids_in(value):
                for kind in kinds:
                    names.append(f"{kind}:{id_}")
    return list(dict.fromkeys(names)) if len(names) > 1 else names


def _type_of(event: Event) -> EventType:
    try:
        return type(event).__event__
    except AttributeError:
        raise wrong(
            "event", event, "it must be an event, such as ContactTouched(on='2024', contact='jane')"
        ) from None


def ids_in(value: object) -> Sequence[str]:
    """Return the ids in a field's value, which is None, one id or a collection of them."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else sorted(cast("Iterable[str]", value))
