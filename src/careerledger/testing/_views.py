"""Views as text that two of them share just when they say the same."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields as dataclass_fields, is_dataclass
from typing import Any, cast

import attrs
from immutabledict import immutabledict

_DIGITS = re.compile(r"\d+")
ROOM = 1_000_000
"""How many entries are numbered from one base on."""


@attrs.frozen
class Names:
    """What entries are called, so that the same entry has one name whatever its number is.

    Their numbers are unlike any other number in a view.
    """

    base: int = 0
    """Entry #1 has the number behind it."""
    order: tuple[int, ...] = ()
    """The numbers by which the entries are called, in the order of their numbers; as they are
    numbered where this is empty."""

    def of(self, number: int) -> str | None:
        """The name of an entry, or None for any other number."""
        n = number - self.base
        if not (self.base and 0 < n < ROOM):
            return None
        return f"#{self.order[n - 1] if self.order else n}"

    def within(self, text: str) -> str:
        """A text in which entries are called by their names."""
        if not self.base:
            return text
        return _DIGITS.sub(lambda found: self.of(int(found[0])) or found[0], text)


def told(view: object, names: Names | None = None) -> str:
    """A view as text.

    Sets and mappings are sorted, as their order is no part of what they say.

    Args:
        view: What a projection answered.
        names: What entries are called; default: by their numbers.
    """
    return "".join(_told(view, names or Names()))


def _told(value: Any, names: Names) -> Iterator[str]:
    if isinstance(value, str):
        yield repr(names.within(str(value)))
    elif isinstance(value, bool) or value is None:
        yield repr(value)
    elif isinstance(value, int):
        yield names.of(value) or str(int(value))
    elif isinstance(value, float):
        yield str(int(value)) if value.is_integer() else repr(float(value))
    elif isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        shown = [f"{told(key, names)}: {told(item, names)}" for key, item in pairs]
        yield f"{{{', '.join(sorted(shown))}}}"
    elif isinstance(value, set | frozenset):
        items = cast("set[object]", value)
        yield f"{{{', '.join(sorted(told(item, names) for item in items))}}}"
    elif isinstance(value, tuple | list):
        listed = cast("tuple[object, ...]", value)
        brackets = "[]" if isinstance(value, list) else "()"
        yield brackets[0] + ", ".join(told(item, names) for item in listed) + brackets[1]
    elif (parts := parts_of(value)) is not None:
        shown = [f"{name}={told(part, names)}" for name, part in parts]
        yield f"{type(value).__qualname__}({', '.join(shown)})"
    else:
        yield names.within(repr(value))


def parts_of(value: Any) -> list[tuple[str, Any]] | None:
    """The fields of an object with their values; None for one that has no parts."""
    if isinstance(value, type):
        return None
    kind = cast("Any", type(value))
    if attrs.has(kind):
        found = [field.name for field in attrs.fields(kind) if field.eq]
    elif is_dataclass(value):
        found = [field.name for field in dataclass_fields(value) if field.compare]
    else:
        return None
    return [(name, getattr(value, name)) for name in found]


def changeable(value: Any, path: str) -> str | None:
    """The first part of a value that can be changed, by its path; None if there is none."""
    if isinstance(value, list | dict | set | bytearray):
        return f"{path} is a {type(cast('object', value)).__name__}"
    inner: list[tuple[str, Any]] = []
    if isinstance(value, tuple | frozenset):
        items = cast("tuple[object, ...]", value)
        names: Any = getattr(items, "_fields", None)
        inner = [(f".{names[n]}" if names else f"[{n}]", item) for n, item in enumerate(items)]
    elif isinstance(value, immutabledict):
        pairs = cast("Mapping[object, object]", value)
        inner = [(f"[{key!r}]", item) for key, item in pairs.items()]
    else:
        parts = parts_of(value)
        if parts:
            name, part = parts[0]
            if _takes(value, name, part):
                return f"{path} is a {type(value).__name__}, whose fields can be set"
            inner = [(f".{name}", part) for name, part in parts]
    for name, part in inner:
        found = changeable(part, path + name)
        if found is not None:
            return found
    return None


def _takes(value: Any, name: str, part: Any) -> bool:
    try:
        setattr(value, name, part)
    except (AttributeError, TypeError):
        return False
    return True


def spoil(value: Any) -> None:
    """Change whatever can be changed in a value, as careless code might."""
    if hasattr(value, "clear"):
        for inner in list(value.values() if hasattr(value, "values") else value):
            spoil(inner)
        value.clear()
    elif isinstance(value, tuple):
        for inner in cast("tuple[object, ...]", value):
            spoil(inner)
    elif isinstance(value, Mapping):
        for inner in cast("Mapping[object, object]", value).values():
            spoil(inner)
    else:
        for _, inner in parts_of(value) or ():
            spoil(inner)
