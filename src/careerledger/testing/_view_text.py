"""Views as text, and the difference between two.

Two views have the same text exactly when they have the same content.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields as dataclass_fields, is_dataclass
from difflib import unified_diff
from functools import cache
from typing import Any, Final, cast

import attrs
import msgspec
from immutabledict import immutabledict

_NUMBER: Final = re.compile(r"\d+")
MAX_ENTRIES: Final = 1_000_000
"""How many entries one base has room for."""


@attrs.frozen
class EntryNames:
    """The names of a case's entries, such as ``#2``, whatever their sequence numbers are.

    The sequence numbers start behind a large base, so that no other number in a view is one.
    """

    base: int = 0
    """The first entry has the sequence number ``base + 1``. 0: no entry has a name."""
    order: tuple[int, ...] = ()
    """The number in the name of each entry, by sequence number; empty: 1, 2, 3 and so on."""
    ids: Mapping[str, str] = immutabledict()
    """What to show in place of an entry's id."""

    def name_of(self, seq: int) -> str | None:
        """Return the name of the entry with a sequence number; None for any other number."""
        number = seq - self.base
        if not (self.base and 0 < number < MAX_ENTRIES):
            return None
        return f"#{self.order[number - 1] if self.order else number}"

    def replace_in(self, text: str) -> str:
        """Return a text with ids and sequence numbers replaced by the names of entries."""
        for id_, shown in self.ids.items():
            text = text.replace(id_, shown)
        if not self.base:
            return text
        return _NUMBER.sub(lambda match: self.name_of(int(match[0])) or match[0], text)


def view_text(view: object, names: EntryNames | None = None) -> str:
    """Return a view as text, with sets and mappings sorted.

    Args:
        view: What a projection returned.
        names: The names of entries; default: their sequence numbers.
    """
    return "".join(_pieces(view, names or EntryNames()))


def _pieces(value: Any, names: EntryNames) -> Iterator[str]:
    if isinstance(value, str):
        yield repr(names.replace_in(str(value)))
    elif isinstance(value, bool) or value is None:
        yield repr(value)
    elif isinstance(value, int):
        yield names.name_of(value) or str(int(value))
    elif isinstance(value, float):
        yield str(int(value)) if value.is_integer() else repr(float(value))
    elif isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        items = [f"{view_text(key, names)}: {view_text(item, names)}" for key, item in pairs]
        yield f"{{{', '.join(sorted(items))}}}"
    elif isinstance(value, set | frozenset):
        items = [view_text(item, names) for item in cast("set[object]", value)]
        yield f"{{{', '.join(sorted(items))}}}"
    elif isinstance(value, tuple | list):
        items = [view_text(item, names) for item in cast("tuple[object, ...]", value)]
        opening, closing = "[]" if isinstance(value, list) else "()"
        yield f"{opening}{', '.join(items)}{closing}"
    elif (fields := fields_of_object(value)) is not None:
        items = [f"{name}={view_text(field, names)}" for name, field in fields]
        yield f"{type(value).__qualname__}({', '.join(items)})"
    else:
        yield names.replace_in(repr(value))


def fields_of_object(value: Any) -> list[tuple[str, Any]] | None:
    """Return the fields of an object, hidden ones too; None for a value without fields."""
    if isinstance(value, type):
        return None
    names = _names_of_fields(cast("Any", type(value)))
    if names is None:
        return None
    if not names and hasattr(value, "__dict__"):
        return sorted(cast("dict[str, Any]", vars(value)).items())
    return [(name, getattr(value, name, None)) for name in names]


@cache
def _names_of_fields(cls: Any) -> tuple[str, ...] | None:
    """Return the names of the fields of a class; none: they differ between its instances."""
    if attrs.has(cls):
        return tuple(field.name for field in attrs.fields(cls))
    if is_dataclass(cls):
        return tuple(field.name for field in dataclass_fields(cls))
    if issubclass(cls, msgspec.Struct):
        return tuple(field.name for field in msgspec.structs.fields(cls))
    if cls.__repr__ is object.__repr__:  # any other object says by itself what it holds
        return tuple(name for base in cls.__mro__ for name in _slots_of(base))
    return None


def _slots_of(cls: Any) -> tuple[str, ...]:
    slots: Any = cast("Any", vars(cls)).get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return tuple(name for name in names if name not in {"__dict__", "__weakref__"})


def states_something_else(value: Any, other: Any) -> bool:
    """Return whether two values differ in any part, also one that they do not compare."""
    fields, other_fields = fields_of_object(value), fields_of_object(other)
    if fields is not None and other_fields is not None:
        return type(value) is not type(other) or any(
            states_something_else(part, other_part)
            for (_, part), (_, other_part) in zip(fields, other_fields, strict=False)
        )
    one, two = value, other  # stay Any for type checkers
    if isinstance(value, tuple) and isinstance(other, tuple):
        return len(one) != len(two) or any(map(states_something_else, one, two))
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        return one.keys() != two.keys() or any(
            states_something_else(one[key], two[key]) for key in one
        )
    return bool(value != other)


_MAX_CHANGES: Final = 24
"""How many changed lines a difference shows; if there are more, it shows both texts whole."""
_MAX_LENGTH: Final = 600
"""How many characters of a line or text a difference shows."""


def difference_between(label: str, text: str, other_label: str, other_text: str) -> list[str]:
    """Return the difference between the texts of two views, as lines of a message."""
    lines, other_lines = _lines_of_fields(text), _lines_of_fields(other_text)
    changes = [
        shortened(line)
        for line in list(unified_diff(lines, other_lines, n=0, lineterm=""))[2:]
        if not line.startswith("@@")
    ]
    if len(lines) == 1 or len(changes) > _MAX_CHANGES:
        return [f"{label}: {shortened(text)}", f"{other_label}: {shortened(other_text)}"]
    return [f"- {label}", f"+ {other_label}", *(f"  {line}" for line in changes)]


def shortened(text: str) -> str:
    """Return a text, cut off if it is long."""
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}…"


def _lines_of_fields(text: str) -> list[str]:
    """Return the text of a view as one line per field."""
    lines, depth, start = list[str](), 0, 0
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if (letter == "," and depth == 1) or (letter == "(" and depth == 1 and not lines):
            lines.append(text[start : at + 1].strip())
            start = at + 1
    return [*lines, text[start:].strip()]
