"""Events from words, as a person types them: ``course.finished title="SQL" hours=42``."""

import types
from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

import attrs
from immutabledict import immutabledict

from careerledger.errors import FieldError
from careerledger.events import Action, catalogue, load_catalogue

__all__ = ["event_from_words"]


def event_from_words(kind: str, words: Iterable[str], *, today: date) -> Action:
    """Make an event of what was typed.

    Args:
        kind: The event type, as it is named on disk or as its class is.
        words: ``field=value`` each. Several values are parted by commas, weights stand behind
            colons: ``themes=climate,leadership``, ``toward=cto:0.5``.
        today: The date when it happened, where no ``on=`` says so.

    Raises:
        FieldError: There is no such event type or field, a field is missing, or a value is not
            what the field holds.
    """
    cls = _find(kind)
    fields = {field.name: field for field in attrs.fields(cls)}
    given: dict[str, Any] = {"on": today}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise FieldError(f"{word!r} is not of the form field=value")
        if name not in fields:
            raise FieldError(
                f"{cls.__name__} has no field {name!r}{_near(name, fields)}; "
                f"it has {', '.join(fields)}"
            )
        given[name] = _parse(fields[name].type, text)
    missing = [
        field.name
        for field in fields.values()
        if field.default is attrs.NOTHING and field.name not in given
    ]
    if missing:
        raise FieldError(f"{cls.__name__} needs {', '.join(f'{name}=…' for name in missing)}")
    return cls(**given)


def _find(kind: str) -> type[Action]:
    load_catalogue()
    known = {cls.__event__.name: cls for cls in catalogue if issubclass(cls, Action)}
    for name, cls in known.items():
        if kind in (name, cls.__name__):
            return cls
    raise FieldError(
        f"there is no event type {kind!r}{_near(kind, known)}; there are {', '.join(sorted(known))}"
    )


def _near(name: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _parse(annotation: Any, text: str) -> Any:
    """The value that a text stands for in a field; what makes no sense is left to the field."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _parse(arguments[0], text)
    if origin in (Union, types.UnionType):
        return _parse(next(a for a in arguments if a is not type(None)), text)
    if origin in (tuple, frozenset):
        return [_parse(arguments[0], part.strip()) for part in text.split(",") if part.strip()]
    if origin is immutabledict:
        pairs = (part.rpartition(":") for part in text.split(",") if part.strip())
        return {name.strip(): _parse(arguments[1], number.strip()) for name, _, number in pairs}
    if annotation in (int, float):
        try:
            return annotation(text)
        except ValueError:
            return text
    return text
