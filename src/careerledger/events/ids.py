"""Find the ids in an event: the one that it introduces, and those that it refers to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import attrs

from careerledger.arguments import wrong
from careerledger.events.base import Event, EventType, UnknownEvent


def introduced(event: Event) -> str | None:
    """Return the id that an event introduces, as ``"kind:id"``, or None.

    An amendment introduces the id that its new event introduces.
    """
    event = _fact_in(event)
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

    An amendment names the ids that its new event refers to.
    """
    event = _fact_in(event)
    refers = () if isinstance(event, UnknownEvent) else _type_of(event).refers
    names = [
        f"{kind}:{id_}"
        for field, kinds in refers
        if (value := getattr(event, field))  # which most are not
        for id_ in ids_in(value)
        for kind in kinds
    ]
    return list(dict.fromkeys(names)) if len(names) > 1 else names


def with_renamed_id(event: Event, kind: str, old: str, new: str) -> Event:
    """Return an event that introduces and refers to another id in place of one of this kind."""
    return with_renamed_ids(event, {f"{kind}:{old}": new})


def with_renamed_ids(event: Event, new: Mapping[str, str]) -> Event:
    """Return an event that introduces and refers to other ids.

    Args:
        event: The event.
        new: The new id of each old one, which is written as ``"kind:id"``.
    """
    fields = list(event.__event__.refers)
    if event.__event__.introduces is not None:
        field, kind = event.__event__.introduces
        fields.append((field, (kind,)))
    changes: dict[str, object] = {}
    for name, kinds in fields:
        value: Any = getattr(event, name)

        def renamed(id_: str, kinds: tuple[str, ...] = kinds) -> str:
            names = (new.get(f"{kind}:{id_}") for kind in kinds)
            return next((name for name in names if name is not None), id_)

        if isinstance(value, str):
            ids: Any = renamed(value)
        elif isinstance(value, Mapping):
            weights = cast("Mapping[str, object]", value)
            ids = {renamed(id_): weight for id_, weight in weights.items()}
        else:
            ids = value and type(value)(map(renamed, value))
        if ids != value:
            changes[name] = ids
    other: Event = attrs.evolve(cast("Any", event), **changes)
    return other


def _fact_in(event: Event) -> Event:
    """Return the event that an amendment contains; any other event itself."""
    inner = getattr(event, "event", None)
    return inner if isinstance(inner, Event) else event


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
