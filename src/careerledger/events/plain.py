"""Types of your own as fields of events: how their values are written and read back."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar, cast

from careerledger.errors import DefinitionError

__all__ = ["PlainForm", "plain_forms", "register_type"]

T = TypeVar("T")


class PlainForm(NamedTuple):
    """How values of a class become text, numbers, lists and dicts, and what they are made of."""

    to_plain: Callable[[Any], Any]
    from_plain: Callable[[Any], Any]


plain_forms: Final[dict[type, PlainForm]] = {}
"""The registered forms by class."""


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
        DefinitionError: ``kind`` is not a class, or one of Python's own.
    """
    if not isinstance(cast("object", kind), type):
        raise DefinitionError(f"{kind!r} cannot be registered; register a class")
    if kind.__module__ in _OWN_MODULES:
        raise DefinitionError(
            f"{kind.__name__} cannot be registered, because it is Python's own; "
            "make a class of your own that holds it"
        )
    plain_forms[kind] = PlainForm(to_plain, from_plain)


_OWN_MODULES: Final = {"builtins", "datetime", "decimal", "uuid"}
