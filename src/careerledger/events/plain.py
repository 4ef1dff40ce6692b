"""Register your own types, so that fields of events can hold their values."""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import attrs

from careerledger.errors import DefinitionError
from careerledger.events.base import Event, catalogue
from careerledger.events.fields import PlainForm, classes_in, plain_forms
from careerledger.text import shown

__all__ = ["register_type"]

T = TypeVar("T")


def register_type(
    kind: type[T], *, to_plain: Callable[[T], Any], from_plain: Callable[[Any], T]
) -> None:
    """Let fields of events hold instances of your own class.

    Call it above the event classes that use the class:

        register_type(Money, to_plain=str, from_plain=Money.parse)

    Args:
        kind: The class. Its instances must be immutable, compare by value and have a hash.
        to_plain: Converts an instance to a JSON value: text, a number, a list, a dict with text
            as names, True, False or None. Instances that name the items of a mapping become text.
        from_plain: Converts such a value to an equal instance, and raises for any other value.

    Raises:
        DefinitionError: ``kind`` is not a class, belongs to Python or to this library, is an
            event class, or is used by an event class already; or a function is not callable.
    """
    if not isinstance(cast("object", kind), type):
        raise DefinitionError(f"{shown(kind)} cannot be registered; it must be a class")
    name = kind.__name__
    if kind.__module__.partition(".")[0] in _FIXED:
        raise DefinitionError(
            f"{name} cannot be registered, because its form in JSON is fixed; "
            "register a class of your own with a field of this type"
        )
    if issubclass(kind, Event):
        raise DefinitionError(
            f"{name} cannot be registered, because it is an event class; "
            "its form in JSON follows from its fields"
        )
    for what, function in (("to_plain", to_plain), ("from_plain", from_plain)):
        if not callable(cast("object", function)):
            raise DefinitionError(f"{what} of {name} is {shown(function)}; it must be a function")
    event = None if kind in plain_forms else _event_with(kind)
    if event is not None:
        raise DefinitionError(
            f"{name} cannot be registered, because event {event.__name__} already has a field of "
            "this type; register it above the event classes that use it"
        )
    plain_forms[kind] = PlainForm(to_plain, from_plain)


def _event_with(kind: type) -> type[Event] | None:
    """Return an event class with a field of this type, or None."""
    for cls in catalogue:
        fields = attrs.fields(cast("Any", cls))
        if any(kind in classes_in(field.type) for field in fields):
            return cls
    return None


_FIXED: Final = {"builtins", "datetime", "decimal", "uuid", "immutabledict", "careerledger"}
"""Packages whose classes have a fixed form in JSON."""
