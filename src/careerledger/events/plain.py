"""Types of your own as fields of events: how their values are written and read back."""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import attrs

from careerledger.errors import DefinitionError
from careerledger.events.base import Event, catalogue
from careerledger.events.fields import PlainForm, classes_in, plain_forms

__all__ = ["register_type"]

T = TypeVar("T")


def register_type(
    kind: type[T], *, to_plain: Callable[[T], Any], from_plain: Callable[[Any], T]
) -> None:
    """Let fields of events hold instances of a class of your own.

    Register it above the event classes that use it:

        register_type(Money, to_plain=str, from_plain=Money.parse)

    Args:
        kind: The class. Its instances are immutable, compare by value and have a hash.
        to_plain: Turns an instance into what JSON can hold: text, numbers, lists, dicts with
            text for names, None. To name the values of a mapping it must be text.
        from_plain: Makes an equal instance of the plain value, and raises for any other value.

    Raises:
        DefinitionError: ``kind`` is not a class, one of Python's or the library's own, an event
            class, or already a field's type without this form; or a function cannot be called.
    """
    if not isinstance(cast("object", kind), type):
        raise DefinitionError(f"{kind!r} cannot be registered; register a class")
    name = kind.__name__
    if kind.__module__.partition(".")[0] in _FIXED:
        raise DefinitionError(
            f"{name} cannot be registered, because its form is fixed; "
            "make a class of your own that holds it"
        )
    if issubclass(kind, Event):
        raise DefinitionError(
            f"{name} cannot be registered, because it is an event class; "
            "state the types of its fields in their annotations"
        )
    for what, function in (("to_plain", to_plain), ("from_plain", from_plain)):
        if not callable(cast("object", function)):
            raise DefinitionError(f"{what} of {name} is {function!r}; it must be a function")
    user = None if kind in plain_forms else _event_with(kind)
    if user is not None:
        raise DefinitionError(
            f"{name} cannot be registered, because event {user.__name__} has a field of it "
            "already; register it above the event classes that use it"
        )
    plain_forms[kind] = PlainForm(to_plain, from_plain)


def _event_with(kind: type) -> type[Event] | None:
    """An event class that has values of a class in its fields, or None."""
    for cls in catalogue:
        fields = attrs.fields(cast("Any", cls))
        if any(kind in classes_in(field.type) for field in fields):
            return cls
    return None


_FIXED: Final = {"builtins", "datetime", "decimal", "uuid", "immutabledict", "careerledger"}
"""The packages whose classes have a form that stays as it is."""
