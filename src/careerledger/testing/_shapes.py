"""What the fields of an event may hold, read off its annotations once for all who make values.

``shape_of`` turns an annotation, with its rules and references, into a small tree. Strategies and
draws are two renderings of that tree.
"""

import types
from collections.abc import Callable
from functools import cache
from math import ceil, floor, inf, nextafter
from typing import Annotated, Any, Final, Literal, NewType, Union, cast, get_args, get_origin

import attrs
from immutabledict import immutabledict

from careerledger.dates import PartialDate
from careerledger.events import Event, Introduces, Refers
from careerledger.events.rules import Interval, MinLen, Predicate, Rule, rules_in

LEAST, MOST = -(2**63), 2**63 - 1
"""The whole numbers that an event can hold."""


@attrs.frozen
class Text:
    least: int = 0
    """How long it is at least."""


@attrs.frozen
class Whole:
    least: int
    most: int


@attrs.frozen
class Number:
    least: float
    most: float


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
class Fresh:
    """An id that the event introduces."""

    kind: str


@attrs.frozen
class Known:
    """An id that another event introduces."""

    kinds: tuple[str, ...]


@attrs.frozen
class Fact:
    """Any event that a person records."""


@attrs.frozen
class Part:
    """An instance of an attrs class."""

    cls: type[Any]


@attrs.frozen
class Such:
    """Values of which a function is true."""

    of: "Shape"
    holds: Callable[[Any], bool]


@attrs.frozen
class Foreign:
    """A type whose values only Hypothesis makes; several types: a value of any of them."""

    cls: Any


Shape = (
    Text
    | Whole
    | Number
    | OneOf
    | Day
    | Maybe
    | Many
    | Pairs
    | Fresh
    | Known
    | Fact
    | Part
    | Such
    | Foreign
)


@attrs.frozen
class FieldShape:
    """A field of a class, and what it may hold."""

    name: str
    shape: Shape
    required: bool


@cache
def fields_of(cls: Any) -> tuple[FieldShape, ...]:
    """The fields of an attrs class in the order in which they are written."""
    return tuple(
        FieldShape(field.alias or field.name, shape_of(field.type), field.default is attrs.NOTHING)
        for field in cast("tuple[attrs.Attribute[Any], ...]", attrs.fields(cls))
        if field.init
    )


def shape_of(annotation: Any) -> Shape:
    """Return the shape of the values that a field with this annotation may be given."""
    of_generic = _GENERIC.get(get_origin(annotation))
    if of_generic is not None:
        return of_generic(get_args(annotation)) or Foreign(annotation)
    if isinstance(annotation, NewType):
        return shape_of(annotation.__supertype__)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if isinstance(annotation, type) and attrs.has(annotation):
        return Part(annotation)
    members = getattr(annotation, "__members__", None)
    return Foreign(annotation) if members is None else OneOf(tuple(members.values()))


def _any_of(options: tuple[Any, ...]) -> Shape:
    kinds = tuple(option for option in options if option is not type(None))
    shape = shape_of(kinds[0]) if len(kinds) == 1 else Foreign(kinds)
    return shape if len(kinds) == len(options) else Maybe(shape)


def _tuples(arguments: tuple[Any, ...]) -> Shape | None:
    """Return the shape of tuples of any length; None for those of a fixed one."""
    return Many(tuple, shape_of(arguments[0])) if arguments[1:] == (...,) else None


_GENERIC: Final[dict[Any, Callable[[tuple[Any, ...]], Shape | None]]] = {
    Annotated: lambda arguments: _ruled(arguments[0], arguments[1:]),
    Union: _any_of,
    types.UnionType: _any_of,
    Literal: OneOf,
    tuple: _tuples,
    frozenset: lambda arguments: Many(frozenset, shape_of(arguments[0])),
    immutabledict: lambda arguments: Pairs(shape_of(arguments[0]), shape_of(arguments[1])),
}
_PLAIN: Final[dict[Any, Shape]] = {
    Event: Fact(),
    str: Text(),
    int: Whole(LEAST, MOST),
    float: Number(-inf, inf),
    bool: OneOf((False, True)),
    PartialDate: Day(),
}


def _ruled(base: Any, metadata: tuple[Any, ...]) -> Shape:
    for role in metadata:
        if isinstance(role, Introduces):
            return Fresh(role.kind)
        if isinstance(role, Refers):
            return Known(role.kinds)
    shape = shape_of(base)
    if isinstance(shape, Fact):
        return shape
    rules = rules_in(metadata)
    if rules and isinstance(shape, Maybe):
        shape = shape.of  # a rule is not true of None
    for rule in rules:
        shape = _bounded(shape, rule)
    for rule in rules:
        if isinstance(rule, Predicate):
            shape = Such(shape, rule.func)
    return shape


def _bounded(shape: Shape, rule: Rule) -> Shape:
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
    return Whole(ceil(least), floor(most)) if isinstance(shape, Whole) else Number(least, most)
