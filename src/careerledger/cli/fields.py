"""Make events from typed fields: ``course.finished title=SQL skills=joins skills=indexes``.

A field that is left out has its default. A field with several values is repeated; a value is never
split, so it may contain commas. A field with a weight for each name takes ``name:weight``, and a
field with named parts takes a word for each part: ``role_like.title=Lead role_like.level=4``. An
empty value means no values in a field that may have several.
"""

import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, NewType, Union, cast, get_args, get_origin

import attrs
from immutabledict import immutabledict

from careerledger import events
from careerledger.cli.event_fields import EVENTS
from careerledger.cli.framework import suggestion
from careerledger.errors import FieldError
from careerledger.events import Action, catalogue, load_catalogue
from careerledger.events.fields import RuleError, check_of
from careerledger.journal.converter import from_text
from careerledger.text import shown

__all__ = [
    "Ask",
    "amend_with_words",
    "comma_hints",
    "event_class",
    "event_from_words",
    "field_names",
]

Ask = Callable[[str, Callable[[str], object], bool], list[str]]
"""Returns the values of a missing field, given its name, a check of one value, and whether it may
have several."""


def event_from_words(
    kind: str, words: Iterable[str], *, today: date, ask: Ask | None = None
) -> Action:
    """Make an event from typed words.

    Args:
        kind: The event type, by its name on disk or its class name.
        words: ``field=value`` each. The underscore at the end of a field name may be left out:
            ``from=retail``.
        today: The date of the event if there is no ``on=``.
        ask: Asks for each required field that is missing. None: raise an error.

    Raises:
        FieldError: The event type or a field is unknown, a field is missing, a field for one value
            is repeated, or a value is invalid for its field.
    """
    cls = event_class(kind)
    event: Action = _Builder(cls, cls.__event__.name, ask=ask).build(words, {"on": today})
    return event


def amend_with_words(event: Action, words: Iterable[str]) -> Action:
    """Return the event with new values in the typed fields.

    Args:
        event: The event to amend.
        words: ``field=value`` each, as for ``event_from_words``.

    Raises:
        FieldError: As for ``event_from_words``.
    """
    builder = _Builder(type(event), event.__event__.name)
    result: Action = builder.build(words, _values_of(event))
    return result


def event_class(kind: str) -> type[Action]:
    """Return the event class with this name on disk or class name; FieldError if it is unknown."""
    if kind in EVENTS:  # load only the file with this class
        name = "".join(map(str.capitalize, kind.split(".")))
        return cast("type[Action]", getattr(events, name))
    load_catalogue()
    known = {cls.__event__.name: cls for cls in catalogue if issubclass(cls, Action)}
    for name, cls in known.items():
        if kind in (name, cls.__name__):
            return cls
    raise FieldError(f"there is no event type {kind!r}; {suggestion(kind, sorted(known))}")


def field_names(words: Iterable[str]) -> set[str]:
    """Return the names of the typed fields, with and without an underscore."""
    names = {re.split(r"[=.]", word)[0] for word in words}
    return names | {f"{name}_" for name in names}


def comma_hints(cls: type[Action], words: Iterable[str]) -> Iterator[str]:
    """Yield a hint for each value that looks like several, separated by commas.

    Args:
        cls: The class of the event.
        words: The typed fields.
    """
    fields = {field.name.removesuffix("_"): field for field in attrs.fields(cast("Any", cls))}
    for word in words:
        name, _, text = word.partition("=")
        if name in fields and _holds_several(fields[name].type) and re.search(r"\w,[^\W\d]", text):
            several = " ".join(f"{name}={part}" for part in text.split(","))
            yield f"{name} has one value, {text!r}; for several, repeat the field: {several}"


class _Builder:
    """Makes instances of one class from typed words.

    Args:
        cls: The class of an event, or of a part of an event.
        event_type: The event type, for messages.
        prefix: The path to the part with a dot, such as ``"role_like."``; empty for an event.
        ask: Asks for each required field that is missing. None: raise an error.
    """

    def __init__(
        self, cls: type[Any], event_type: str, *, prefix: str = "", ask: Ask | None = None
    ) -> None:
        self._cls = cls
        self._event_type = event_type
        self._prefix = prefix
        self._ask = ask
        self._fields: dict[str, attrs.Attribute[Any]] = {f.name: f for f in attrs.fields(cls)}

    def build(self, words: Iterable[str], values: Mapping[str, Any]) -> Any:
        """Return an instance with these words, and these values in the other fields."""
        typed: dict[str, list[str]] = {}
        part_words: dict[str, list[str]] = {}
        for word in words:
            field, part_field, text = self._split(word)
            if part_field:
                part_words.setdefault(field.name, []).append(f"{part_field}={text}")
            else:
                typed.setdefault(field.name, []).append(text)
        missing = [
            field
            for field in self._fields.values()
            if field.default is attrs.NOTHING and field.name not in {*typed, *part_words, *values}
        ]
        if missing:
            typed |= self._ask_for(missing, {*typed, *part_words, *values})
        values = dict(values)
        for name, texts in typed.items():
            values[name] = self._parse(self._fields[name], texts)
        for name, words_of_part in part_words.items():
            part = cast("type[Any]", _part_class(self._fields[name].type))
            builder = _Builder(part, self._event_type, prefix=f"{self._prefix}{name}.")
            values[name] = builder.build(words_of_part, _values_of(values.get(name)))
        return self._cls(**values)

    def _split(self, word: str) -> "tuple[attrs.Attribute[Any], str, str]":
        """Return the field, the field of its part or empty text, and the value in a word."""
        name, equals, text = word.partition("=")
        if not equals:
            raise FieldError(
                f"{word!r} must have the form field=value; quote a value that contains spaces"
            )
        name, dot, part_field = name.partition(".")
        field = self._fields.get(name) or self._fields.get(f"{name}_")
        if field is None:
            known = [known.removesuffix("_") for known in self._fields]
            raise FieldError(
                f"{self._event_type} has no field {self._prefix + name!r}; "
                f"{suggestion(name, known)}"
            )
        part = _part_class(field.type)
        if dot and part is None:
            raise FieldError(f"{self._name(field)} has no parts; write {name}=…")
        if not dot and part is not None:
            first = next(iter(attrs.fields(part))).name
            raise FieldError(
                f"{self._name(field)} has parts; give each part, as in "
                f"{self._prefix}{name}.{first}=…"
            )
        return field, part_field, text

    def _name(self, field: "attrs.Attribute[Any]") -> str:
        return f"{self._prefix}{field.name.removesuffix('_')} of {self._event_type}"

    def _ask_for(
        self, missing: "list[attrs.Attribute[Any]]", known: set[str]
    ) -> dict[str, list[str]]:
        """Ask for the missing fields, or raise FieldError if nobody can answer."""
        if self._ask is None:
            needed = " ".join(
                f"{self._prefix}{field.name.removesuffix('_')}=…" for field in missing
            )
            others = [
                name
                for name, field in self._fields.items()
                if {name}.isdisjoint(known) and field not in missing
            ]
            raise FieldError(f"{self._event_type} needs {needed}; optional: {', '.join(others)}")
        answers: dict[str, list[str]] = {}
        for field in missing:
            repeats = _holds_several(field.type)

            def check(text: str, field: "attrs.Attribute[Any]" = field) -> object:
                return self._parse(field, [text])

            answers[field.name] = self._ask(field.name.removesuffix("_"), check, repeats)
        return answers

    def _parse(self, field: "attrs.Attribute[Any]", texts: list[str]) -> Any:
        """Return the value of a field from its typed values; FieldError if it is invalid."""
        where = self._name(field)
        kind = _bare(field.type)
        if _holds_several(kind):
            value = _parse_several(where, kind, [] if texts == [""] else texts)
        elif len(texts) > 1:
            raise FieldError(f"{where} is given twice; it has one value")
        else:
            value = _parse_one(kind, texts[0])
        check = check_of(field)
        try:
            return value if check is None else check(value)
        except RuleError as rule:
            typed = shown(texts[0] if len(texts) == 1 else texts)
            raise FieldError(f"{where} is {typed}; {rule}") from rule


def _values_of(value: Any) -> dict[str, Any]:
    """Return the fields of an event or a part; none for None."""
    if value is None:
        return {}
    fields = attrs.fields(cast("type[attrs.AttrsInstance]", type(value)))
    return {field.name: getattr(value, field.name) for field in fields}


def _part_class(annotation: Any) -> type[Any] | None:
    """Return the attrs class in an annotation, whose values have named parts."""
    kind = _bare(annotation)
    return kind if isinstance(kind, type) and attrs.has(kind) else None


def _bare(annotation: Any) -> Any:
    """Return the type in an annotation without rules, new names and None."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _bare(arguments[0])
    if isinstance(annotation, NewType):
        return _bare(annotation.__supertype__)
    if origin in (Union, types.UnionType):
        return _bare(next(each for each in arguments if each is not type(None)))
    return annotation


def _holds_several(annotation: Any) -> bool:
    return get_origin(_bare(annotation)) in _COLLECTIONS


_COLLECTIONS: Final = (tuple, frozenset, immutabledict)


def _parse_several(where: str, kind: Any, texts: list[str]) -> Any:
    """Parse the values of a collection."""
    arguments = get_args(kind)
    if get_origin(kind) is not immutabledict:
        types_of_items = arguments if ... not in arguments else arguments[:1]
        items = [types_of_items[min(n, len(types_of_items) - 1)] for n in range(len(texts))]
        return [_parse_one(_bare(item), text) for item, text in zip(items, texts, strict=True)]
    values: dict[Any, Any] = {}
    for text in texts:
        name, colon, value = text.rpartition(":")
        if not colon:
            raise FieldError(f"{where} has {text!r}; write it as name:value")
        parsed = _parse_one(_bare(arguments[0]), name)
        if parsed in values:
            raise FieldError(f"{where} has {name!r} twice; give it once")
        values[parsed] = _parse_one(_bare(arguments[1]), value)
    return values


def _parse_one(kind: Any, text: str) -> Any:
    """Parse one value; the field refuses text that is not of its type."""
    if kind is bool or get_origin(kind) is Literal:
        options = get_args(kind) or (True, False)
        return next((option for option in options if _option_text(option) == text), text)
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            return text
    return from_text(kind, text)


def _option_text(option: object) -> str:
    return str(option).lower() if isinstance(option, bool) else str(option)
