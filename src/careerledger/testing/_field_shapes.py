"""The shapes of event fields: which values a field accepts, read from its annotation.

``shape_of`` turns an annotation, with its rules and references, into a small tree. Two modules
make values from that tree: one with Hypothesis's strategies, the other from bytes.
"""

import types
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import cache
from math import ceil, floor, inf, nextafter
from typing import Annotated, Any, Final, Literal, NewType, Union, cast, get_args, get_origin
from uuid import UUID

import attrs
from immutabledict import immutabledict

from careerledger.dates import PartialDate
from careerledger.events import Event, Introduces, Refers
from careerledger.events.rules import Interval, MinLen, Predicate, Rule, rules_in

LEAST, MOST = -(2**63), 2**63 - 1
"""The range of the integers that an event can hold."""


@attrs.frozen
class Text:
    least: int = 0
    """The minimum length."""


@attrs.frozen
class Whole:
    least: int
    most: int


@attrs.frozen
class Number:
    least: float
    most: float
    kind: Any = float
    """float or Decimal."""


@attrs.frozen
class OneOf:
    options: tuple[Any, ...]


@attrs.frozen
class Day:
    pass


@attrs.frozen
class Maybe:
    of: "Shape"


@attrs.frozen
class Many:
    container: Callable[[Any], Any]
    item: "Shape"
    least: int = 0


@attrs.frozen
class Pairs:
    key: "Shape"
    value: "Shape"
    least: int = 0


@attrs.frozen
class NewId:
    """A new id that the event introduces."""

    kind: str


@attrs.frozen
class Reference:
    """An id that another event introduces."""

    kinds: tuple[str, ...]


@attrs.frozen
class AnyEvent:
    """Any event that a person records."""


@attrs.frozen
class Instance:
    """An instance of an attrs class."""

    cls: type[Any]


@attrs.frozen
class Filtered:
    """The values of a shape that fulfil a condition."""

    of: "Shape"
    condition: Callable[[Any], bool]


@attrs.frozen
class Moment:
    """An instant with a time zone."""


@attrs.frozen
class Identifier:
    """A UUID."""


@attrs.frozen
class Fixed:
    """A tuple with a shape for each item."""

    items: tuple["Shape", ...]


@attrs.frozen
class AnyOf:
    """One of several shapes."""

    options: tuple["Shape", ...]


@attrs.frozen
class OtherType:
    """A type whose values only Hypothesis can make."""

    cls: Any


@attrs.frozen(eq=False)
class Drawn:
    """The values of a strategy that the user names for a field."""

    strategy: Any


Shape = (
    Text
    | Whole
    | Number
    | OneOf
    | Day
    | Maybe
    | Many
    | Pairs
    | NewId
    | Reference
    | AnyEvent
    | Instance
    | Filtered
    | Moment
    | Identifier
    | Fixed
    | AnyOf
    | OtherType
    | Drawn
)


@attrs.frozen
class FieldShape:
    """A field of a class, and the shape of its values."""

    name: str
    shape: Shape
    required: bool


@cache
def fields_of(cls: Any) -> tuple[FieldShape, ...]:
    """Return the fields of an attrs class in the order of their definition."""
    return tuple(
        FieldShape(field.alias or field.name, shape_of(field.type), field.default is attrs.NOTHING)
        for field in cast("tuple[attrs.Attribute[Any], ...]", attrs.fields(cls))
        if field.init
    )


def shape_of(annotation: Any) -> Shape:
    """Return the shape of the values that a field with this annotation accepts."""
    generic_shape = _GENERIC.get(get_origin(annotation))
    if generic_shape is not None:
        return generic_shape(get_args(annotation))
    if isinstance(annotation, NewType):
        return shape_of(annotation.__supertype__)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if isinstance(annotation, type) and attrs.has(annotation):
        return Instance(annotation)
    members = getattr(annotation, "__members__", None)
    return OtherType(annotation) if members is None else OneOf(tuple(members.values()))


def _union(options: tuple[Any, ...]) -> Shape:
    shapes = [shape_of(option) for option in options if option is not type(None)]
    shape = shapes[0] if len(shapes) == 1 else AnyOf(tuple(shapes))
    return shape if len(shapes) == len(options) else Maybe(shape)


def _tuple(arguments: tuple[Any, ...]) -> Shape:
    if arguments[1:] == (...,):
        return Many(tuple, shape_of(arguments[0]))
    return Fixed(tuple(map(shape_of, arguments)))


_GENERIC: Final[dict[Any, Callable[[tuple[Any, ...]], Shape]]] = {
    Annotated: lambda arguments: _annotated(arguments[0], arguments[1:]),
    Union: _union,
    types.UnionType: _union,
    Literal: OneOf,
    tuple: _tuple,
    frozenset: lambda arguments: Many(frozenset, shape_of(arguments[0])),
    immutabledict: lambda arguments: Pairs(shape_of(arguments[0]), shape_of(arguments[1])),
}
_PLAIN: Final[dict[Any, Shape]] = {
    Event: AnyEvent(),
    str: Text(),
    int: Whole(LEAST, MOST),
    float: Number(-inf, inf),
    bool: OneOf((False, True)),
    PartialDate: Day(),
    Decimal: Number(-inf, inf, Decimal),
    datetime: Moment(),
    UUID: Identifier(),
}


def _annotated(base: Any, metadata: tuple[Any, ...]) -> Shape:
    for role in metadata:
        if isinstance(role, Introduces):
            return NewId(role.kind)
        if isinstance(role, Refers):
            return Reference(role.kinds)
    shape = shape_of(base)
    if isinstance(shape, AnyEvent):
        return shape
    rules = rules_in(metadata)
    if rules and isinstance(shape, Maybe):
        shape = shape.of  # None fulfils no rule
    for rule in rules:
        shape = _restricted(shape, rule)
    for rule in rules:
        if isinstance(rule, Predicate):
            shape = Filtered(shape, rule.func)
    return shape


def _restricted(shape: Shape, rule: Rule) -> Shape:
    if isinstance(rule, MinLen) and isinstance(shape, Text | Many | Pairs):
        return attrs.evolve(shape, least=max(rule.min_length, shape.least))
    if isinstance(rule, Interval) and isinstance(shape, Whole | Number):
        return _within(shape, rule)
    return shape


def _within(shape: Whole | Number, rule: Interval) -> Whole | Number:
    least, most = shape.least, shape.most
    if rule.ge is not None:
        least = max(least, rule.ge)
    if rule.gt is not None:
        least = max(least, nextafter(rule.gt, inf))
    if rule.le is not None:
        most = min(most, rule.le)
    if rule.lt is not None:
        most = min(most, nextafter(rule.lt, -inf))
    if isinstance(shape, Whole):
        return Whole(ceil(least), floor(most))
    return Number(float(least), float(most), shape.kind)
