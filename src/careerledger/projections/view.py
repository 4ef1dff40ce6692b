"""What every view can do, and the parts that views share."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any, ClassVar, Final, cast

import attrs

from careerledger.dates import PartialDate, beginning
from careerledger.display import as_rich
from careerledger.text import number_text, printable


class View:
    """A frozen answer that can be turned into plain values and into readable text."""

    __slots__ = ()

    HEADLINE: ClassVar[str] = "score"
    """The attribute with the most telling number, which is explained and compared by default."""
    FALLING: ClassVar[frozenset[str]] = frozenset()
    """The numbers that are better when lower."""

    def to_dict(self) -> dict[str, Any]:
        """Return the fields and the headline as dicts, lists, text, numbers and None."""
        return {
            name: value if type(value) in _ATOMS else _plain(value)
            for name in _names_in_dict(cast("Any", type(self)))
            for value in (getattr(self, name),)
        }

    def __rich__(self) -> object:
        """Return what ``rich.print`` shows: the view's text, in which nothing is markup."""
        return as_rich(str(self))

    def __str__(self) -> str:
        # What others wrote may hold what a terminal would obey.
        return "\n".join([type(self).__name__, *map(printable, _lines(self, "  "))])


_SHOWN: Final = 12
"""How many parts of a view its text shows."""


@lru_cache(maxsize=65_536)
def dated(text: str) -> PartialDate:
    """Return the PartialDate of a text that was one; views name the same dates again and again."""
    first_day = date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    return beginning(first_day.toordinal(), len(text))


def _names_of(view: View) -> list[str]:
    """Return the names of a view's fields."""
    return [field.name for field in attrs.fields(cast("type[attrs.AttrsInstance]", type(view)))]


@cache
def _names_in_dict(cls: Any) -> list[str]:
    """Return the names of the fields of a view's class and, if it has one, of its headline."""
    headline = [cls.HEADLINE] if hasattr(cls, cls.HEADLINE) else []
    return list(dict.fromkeys([*(field.name for field in attrs.fields(cls)), *headline]))


def _lines(view: View, indent: str) -> Iterator[str]:
    """Yield a line for each field; the parts of a value follow below it, indented."""
    for name in _names_of(view):
        value: object = getattr(view, name)
        parts = list(_parts(value))
        if parts:
            yield f"{indent}{name}:"
            for part in parts[:_SHOWN]:
                yield from _part_lines(part, indent + "  ")
            if len(parts) > _SHOWN:
                yield f"{indent}  … and {len(parts) - _SHOWN} more"
        else:
            yield f"{indent}{name}: {text_of(value)}"


def _parts(value: object) -> Iterator["View | tuple[object, View]"]:
    """Yield the views within a value."""
    if isinstance(value, View):
        yield value
    elif isinstance(value, tuple):
        yield from (item for item in cast("tuple[object, ...]", value) if isinstance(item, View))
    elif isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        yield from ((key, part) for key, part in pairs if isinstance(part, View))


def _part_lines(part: "View | tuple[object, View]", indent: str) -> Iterator[str]:
    key, view = ("", part) if isinstance(part, View) else (f"{part[0]}: ", part[1])
    flat = [name for name in _names_of(view) if not any(_parts(getattr(view, name)))]
    yield f"{indent}- {key}" + ", ".join(f"{name} {text_of(getattr(view, name))}" for name in flat)
    for line in _lines(view, indent + "  "):
        name, _, _ = line.strip().partition(":")
        if name not in flat:
            yield line


def _pair(value: object) -> str:
    return " \N{EN DASH} ".join(map(text_of, cast("tuple[object, ...]", value)))


_NOTHING: Final = "\N{EN DASH}"


def text_of(value: object) -> str:
    """Return a plain value as text in a line: numbers short, nothing as a dash."""
    if value is None or value in ((), "", frozenset()):
        return _NOTHING
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return ", ".join(f"{key} {text_of(item)}" for key, item in pairs) or _NOTHING
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(text_of, cast("frozenset[object]", value))))
    if isinstance(value, tuple):
        items = cast("tuple[object, ...]", value)
        nested = all(isinstance(item, tuple) for item in items)
        return "; ".join(map(_pair, items)) if nested else ", ".join(map(text_of, items))
    return str(value)


_ATOMS: Final = frozenset({str, int, float, bool, type(None)})
"""Types of values that are plain already."""


def _plain(value: Any) -> Any:
    """Return a value as dicts, lists, text, numbers and None."""
    if isinstance(value, PartialDate):
        return str(value)
    if isinstance(value, View):
        return value.to_dict()
    if isinstance(value, frozenset):
        return sorted(map(_plain, cast("frozenset[object]", value)))
    if isinstance(value, tuple):
        return [_plain(item) for item in cast("tuple[object, ...]", value)]
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in cast("Mapping[object, object]", value).items()}
    return value.isoformat() if isinstance(value, date) else value


@attrs.frozen(kw_only=True)
class Evidence(View):
    """An entry that a score rests on."""

    seq: int
    """The entry's number."""
    on: PartialDate
    share: float
    """How much of the score is due to it, in the unit of the score."""
