"""Find the mutable part of a value, and change every part that can be changed."""

from array import array
from collections import deque
from collections.abc import Iterator, Mapping, MutableMapping, MutableSequence, MutableSet
from enum import Enum
from types import FunctionType, ModuleType
from typing import Any, Final, cast

from immutabledict import immutabledict

from careerledger.testing._view_text import fields_of_object


def mutable_part(value: Any, path: str) -> str | None:
    """Return which part of a value can be changed, such as "the view.days is a list".

    Args:
        value: A view, or a field of an event.
        path: How a message calls the value.

    Returns:
        The first mutable part with its type; None if the value is immutable throughout.
    """
    if isinstance(value, _MUTABLE):
        return f"{path} is a {type(cast('object', value)).__name__}"
    parts: list[tuple[str, Any]] = []
    if isinstance(value, tuple | frozenset):
        items = cast("tuple[object, ...]", value)
        names: Any = getattr(items, "_fields", None)
        parts = [(f".{names[n]}" if names else f"[{n}]", item) for n, item in enumerate(items)]
    elif isinstance(value, immutabledict):
        pairs = cast("Mapping[object, object]", value)
        parts = [(f"[{key!r}]", item) for key, item in pairs.items()]
    elif fields := fields_of_object(value):
        name, field = fields[0]
        if _can_set(value, name, field):
            return f"{path} is a {type(value).__name__}, whose fields can be set"
        parts = [(f".{name}", field) for name, field in fields]
    elif isinstance(getattr(value, "__dict__", None), dict) and not isinstance(value, _FIXED):
        own = cast("dict[str, object]", vars(value))
        if own and _can_set(value, *next(iter(own.items()))):
            return f"{path} is a {type(value).__name__}, whose attributes can be set"
    return next(filter(None, (mutable_part(part, path + name) for name, part in parts)), None)


_MUTABLE: Final[Any] = (
    *(list, dict, set, bytearray, deque, MutableMapping, MutableSequence, MutableSet),
    *(Iterator, array),
)
_FIXED: Final[Any] = (Enum, type, FunctionType, ModuleType, BaseException)
"""Objects with attributes that are no part of a value."""


def _can_set(value: Any, name: str, field: Any) -> bool:
    try:
        setattr(value, name, field)
    except (AttributeError, TypeError):
        return False
    return True


def mutate(value: Any) -> None:
    """Empty every mutable container within a value, as careless code might."""
    if hasattr(value, "clear"):
        for part in list(value.values() if hasattr(value, "values") else value):
            mutate(part)
        value.clear()
    elif isinstance(value, tuple):
        for part in cast("tuple[object, ...]", value):
            mutate(part)
    elif isinstance(value, Mapping):
        for part in cast("Mapping[object, object]", value).values():
            mutate(part)
    else:
        for _, part in fields_of_object(value) or ():
            mutate(part)
