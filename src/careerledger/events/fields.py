"""What the fields of an event may hold: the types, the rules, and the check of a value.

A rule stands in the annotation, so whoever reads the class, a test strategy included, sees it:

    importance: Annotated[float, Interval(ge=0, le=1)]
    contact: Annotated[str, MinLen(1), Introduces("contact")]
"""

import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from math import isfinite
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    TypeAlias,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    overload,
)

from immutabledict import immutabledict

from careerledger.dates import DateLike, PartialDate
from careerledger.errors import DateError, DefinitionError
from careerledger.events.rules import Interval, MinLen, Rule, rules_in

S = TypeVar("S")
G = TypeVar("G")

if TYPE_CHECKING:

    class Accepts(Generic[S, G]):
        """A field that holds an S and may be given as a G; a type checker sees both."""

        @overload
        def __get__(self, instance: None, owner: type[Any]) -> "Accepts[S, G]": ...
        @overload
        def __get__(self, instance: object, owner: type[Any]) -> S: ...
        def __get__(self, instance: object | None, owner: type[Any]) -> Any: ...
        def __set__(self, instance: object, value: G) -> None: ...

else:

    class Accepts:
        """A field that holds an S and may be given as a G; at run time it is the S."""

        def __class_getitem__(cls, item: tuple[Any, Any]) -> Any:
            return item[0]


class Introduces(NamedTuple):
    """The field is an id of this kind that the event introduces: unique within a ledger."""

    kind: str


class Refers(NamedTuple):
    """The field holds ids that other events introduce, each of one of these kinds."""

    kinds: tuple[str, ...]

    @classmethod
    def to(cls, *kinds: str) -> "Refers":
        """The reference to an id of one of these kinds."""
        return cls(kinds)


class Personal(NamedTuple):
    """The field tells of another person, and can be forgotten; see ``personal``."""

    subject: str


def personal(*, subject: str) -> Personal:
    """Mark a field as telling of another person, in its annotation.

    Its values are kept beside the log, which holds a salted hash of each alone, so that
    ``ledger.forget`` can erase them:

        name: Annotated[str, personal(subject="contact")]

    What was erased reads as ``"forgotten"``; a field that holds no text, as its default or None.

    Args:
        subject: The event's field with the id of that person.
    """
    return Personal(subject)


FORGOTTEN: Final = "forgotten"
"""What stands where something was said of a person who was forgotten."""

OnDate: TypeAlias = Accepts[PartialDate, DateLike]
"""A date: a year, a month or a day."""
Texts: TypeAlias = Accepts[tuple[str, ...], Iterable[str]]
"""Texts in an order."""
TextSet: TypeAlias = Accepts[frozenset[str], Iterable[str]]
"""Texts without an order, each once."""
Text = Annotated[str, MinLen(1)]
"""A text that is not empty."""
Share = Annotated[float, Interval(ge=0, le=1)]
"""A number from 0 to 1."""
Level = Annotated[int, Interval(ge=-2, le=2)]
"""A whole number from -2 to +2."""
Grade = Annotated[int, Interval(ge=1, le=5)]
"""A whole number from 1 to 5."""
Hours = Annotated[float, Interval(ge=0, le=100_000)]
"""Hours of one action: no more than eleven years without sleep."""
Positive = Annotated[float, Interval(gt=0)]
"""A number above 0."""
WeightByTheme: TypeAlias = Accepts[immutabledict[str, Positive], Mapping[str, float]]
"""Themes, each with a weight above 0."""


class RuleError(Exception):
    """A value breaks a rule; the text completes "it must be …"."""


Check = Callable[[Any], Any]


def check_for(annotation: object) -> Check:  # noqa: PLR0911 - one for each kind of annotation
    """The function that returns a value in the form a field holds, or raises RuleError.

    Raises DefinitionError for an annotation whose values could not be checked, or could change.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _ruled(check_for(arguments[0]), rules_in(arguments[1:]))
    if isinstance(annotation, NewType):
        return check_for(annotation.__supertype__)
    if origin in (Union, types.UnionType):
        return _optional(arguments)
    if origin is Literal:
        return _one_of(arguments)
    if origin is tuple and arguments[1:] == (...,):
        return _many(tuple, check_for(arguments[0]))
    if origin is frozenset:
        return _many(frozenset, check_for(arguments[0]))
    if origin is immutabledict:
        return _mapping(check_for(arguments[0]), check_for(arguments[1]))
    kind: Any = origin or annotation
    if (
        kind in {Any, object}
        or not isinstance(kind, type)
        or (issubclass(kind, Collection) and not issubclass(kind, str))
    ):
        raise DefinitionError(
            f"is annotated {annotation!r}, which can change or cannot be checked; "
            "use tuple[..., ...], frozenset[...], immutabledict[..., ...], a Literal, "
            "or a class whose instances cannot change"
        )
    return _PLAIN.get(cast("type", kind)) or _instance_of(cast("type", kind))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise RuleError("text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RuleError("text that UTF-8 can write, without lone surrogates") from None
    return str(value)


def _whole_number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise RuleError("a whole number")
    if not -(2**63) <= value < 2**63:
        raise RuleError("a whole number of at most 64 bits")
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise RuleError("a number")
    try:
        number = float(value)
    except OverflowError:
        raise RuleError("a finite number") from None
    if not isfinite(number):
        raise RuleError("a finite number")
    return number


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise RuleError("True or False")
    return value


def _date(value: object) -> PartialDate:
    try:
        return PartialDate(cast("str", value))
    except DateError as error:
        _, _, rule = str(error).partition("; ")
        raise RuleError(
            f"a date: {rule}" if rule else "a date that the calendar has, such as '2019-03-14'"
        ) from None


_PLAIN: dict[type, Check] = {
    str: _text,
    int: _whole_number,
    float: _number,
    bool: _yes_or_no,
    PartialDate: _date,
}


def _instance_of(kind: type) -> Check:
    def check(value: object) -> object:
        if not isinstance(value, kind):
            raise RuleError(f"a {kind.__name__}")
        return value

    return check


def _optional(options: tuple[Any, ...]) -> Check:
    kinds = [option for option in options if option is not type(None)]
    if len(kinds) > 1:
        raise DefinitionError(
            f"is annotated with {len(kinds)} types; a field holds values of one, or None"
        )
    check_given = check_for(kinds[0])

    def check(value: object) -> object:
        try:
            return None if value is None else check_given(value)
        except RuleError as rule:
            raise RuleError(f"{rule}, or None") from None

    return check


def _one_of(options: tuple[Any, ...]) -> Check:
    def check(value: object) -> object:
        for option in options:
            if type(option) is type(value) and option == value:
                return option
        raise RuleError("one of " + ", ".join(map(repr, options)))

    return check


def _many(container: Callable[[Iterable[Any]], Any], check_item: Check) -> Check:
    def check(value: object) -> object:
        if not isinstance(value, _COLLECTIONS) and (
            isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable)
        ):
            raise RuleError("a collection of values, not a single one")
        items: list[Any] = []
        for item in cast("Iterable[object]", value):
            try:
                items.append(check_item(item))
            except RuleError as rule:
                raise RuleError(f"a collection in which each value is {rule}") from None
        return container(items)

    return check


_COLLECTIONS: Final = (tuple, frozenset, list, set)
"""What collections mostly are; to ask an abstract class takes five times as long."""


def _mapping(check_key: Check, check_value: Check) -> Check:
    def check(value: object) -> immutabledict[Any, Any]:
        if not isinstance(value, (immutabledict, dict, Mapping)):
            raise RuleError("a mapping such as {'name': 1}")
        pairs = cast("Mapping[object, object]", value)
        try:
            return immutabledict({check_key(k): check_value(v) for k, v in pairs.items()})
        except RuleError as rule:
            raise RuleError(f"a mapping in which each name and value is {rule}") from None

    return check


def _ruled(check_base: Check, rules: list[Rule]) -> Check:
    if not rules:
        return check_base
    bounds = [bound for rule in rules for bound in _bounds(rule)]
    words = " and ".join(word for word, _ in bounds)
    conditions = [holds for _, holds in bounds]

    def check(value: object) -> object:
        value = check_base(value)
        try:
            for holds in conditions:
                if not holds(value):
                    raise RuleError(words)
        except TypeError:  # a rule for another type than the value's, such as a length of None
            raise RuleError(words) from None
        return value

    return check


def _bounds(rule: Rule) -> Iterator[tuple[str, Callable[[Any], bool]]]:
    if isinstance(rule, Interval):
        gt, ge, lt, le = rule
        if gt is not None:
            yield f"more than {gt}", lambda value: value > gt
        if ge is not None:
            yield f"{ge} or more", lambda value: value >= ge
        if lt is not None:
            yield f"less than {lt}", lambda value: value < lt
        if le is not None:
            yield f"{le} or less", lambda value: value <= le
    elif isinstance(rule, MinLen):
        least = rule.min_length
        word = "not empty" if least == 1 else f"at least {least} long"
        yield word, lambda value: len(value) >= least
    else:
        yield rule.func.__doc__ or rule.func.__name__, rule.func
