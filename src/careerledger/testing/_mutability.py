"""Find the mutable part of a value, and change every part that can be changed."""

from collections.abc import Mapping
from typing import Any, cast

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
    if isinstance(value, list | dict | set | bytearray):
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
    return next(filter(None, (mutable_part(part, path + name) for name, part in parts)), None)


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
