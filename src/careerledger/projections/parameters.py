"""The parameters of a projection: what a user may set, and what may stand there."""

import copyreg
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final, Self, cast, get_args, get_origin

import attrs

from careerledger.errors import DefinitionError
from careerledger.events.base import EVENT_NAME
from careerledger.events.fields import Check, RuleError, check_for, hints_of
from careerledger.events.rules import Interval, Predicate
from careerledger.text import shown

Days = Annotated[float, Interval(gt=0, le=1_000_000)]
"""No more than a calendar of 2,700 years has."""
HalfLife = Annotated[float, Interval(ge=1, le=1_000_000)]
"""In days. Events have no finer dates, so nothing can fade faster."""
Difficulty = Annotated[float, Interval(ge=1, le=5)]


def _names_an_event(name: str) -> bool:
    return EVENT_NAME.fullmatch(name) is not None


EventName = Annotated[
    str, Predicate(_names_an_event, "the name of an event type on disk, such as 'course.finished'")
]


class Tunable:
    """A projection whose class variables are parameters that a user may set.

    Its annotation says what a parameter may be, as in an event:
    ``ClassVar[Annotated[float, Interval(gt=0, le=1)]]``, or
    ``ClassVar[Mapping[Literal["work", "play"], float]]`` for a mapping with these names alone.
    Without a rule, a number must be above 0, and those in a mapping 0 or more.
    """

    __slots__ = ()

    @classmethod
    def with_(cls, **parameters: Any) -> type[Self]:
        """Return the projection with other parameters: ``VisionAlignment.with_(half_life=180)``.

        A mapping is laid over the default one, so it needs to hold only what differs.

        Raises DefinitionError for a name that is not a parameter, or a value that it cannot have.
        """
        known = parameters_of(cls)
        rules = _rules_of(cls)
        chosen: dict[str, Any] = {}
        for name, value in parameters.items():
            if name not in known:
                raise DefinitionError(
                    f"{cls.__name__} has no parameter {name!r}{_near(name, known)} "
                    f"It has {', '.join(known) or 'none: annotate them as ClassVar[float]'}."
                )
            where = f"parameter {name} of {cls.__name__}"
            chosen[name] = _setting(where, known[name], value, rules.get(name))
        # Made once, so that asking again goes on from the state that was kept for the class.
        settings = settings_of({**known, **chosen})
        tuned = _tuned.get((cls, settings))
        if tuned is None:
            names = {"__module__": cls.__module__, "__qualname__": cls.__qualname__}
            subclass = _metaclass(cast("Any", type(cls)))(
                cls.__name__, (cls,), {"__slots__": (), **names, **chosen}
            )
            tuned = _tuned[cls, settings] = attrs.define(subclass, kw_only=True)
            _tunings[tuned] = (cls, chosen)
        return cast("type[Self]", tuned)


_tuned: Final[dict[tuple[type, str], type]] = {}
_tunings: Final[dict[type, tuple[type, dict[str, Any]]]] = {}
"""For each class that ``with_`` made: the class it is made from, and the parameters."""


@cache
def _metaclass(base: type[type]) -> type[type]:
    """Return a metaclass for classes that are pickled as the call of ``with_`` that made them.

    Python pickles any other class by its name, which the class it is made from has.
    """
    made = type("TunedType", (base,), {})
    copyreg.pickle(made, _reduced)
    return made


def _reduced(cls: Any) -> "str | tuple[Callable[..., type], tuple[type, dict[str, Any]]]":
    if cls not in _tunings:  # a subclass, which has a name of its own
        return str(cls.__qualname__)
    base, parameters = _tunings[cls]
    return _retuned, (base, _plain_settings(parameters))


def _retuned(base: Any, parameters: dict[str, Any]) -> type:
    tuned: type = base.with_(**parameters)
    return tuned


def _plain_settings(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain_setting(value) for name, value in parameters.items()}


def _plain_setting(value: Any) -> Any:
    plain: Any = dict  # of whatever the mapping has
    return plain(value) if isinstance(value, Mapping) else value


def tuning_of(cls: type) -> tuple[type, dict[str, Any]]:
    """Return the projection from which ``with_`` made a class, and the parameters it got.

    A class that ``with_`` did not make is returned without parameters.
    """
    parameters: dict[str, Any] = {}
    while cls in _tunings:
        cls, outer = _tunings[cls]
        parameters = {**outer, **parameters}
    return cls, _plain_settings(parameters)


def parameters_of(cls: type) -> dict[str, Any]:
    """Return the parameters of a projection with their values: its public class variables."""
    fields = {field.name for field in attrs.fields(cls)}
    return {
        name: getattr(cls, name)
        for base in reversed(cls.__mro__)
        for name, value in vars(base).items()
        if not (name.startswith("_") or name in fields or callable(value))
        and not isinstance(value, classmethod | staticmethod | property)
        and base is not object
    }


def settings_of(parameters: Mapping[str, Any]) -> str:
    """Return parameters as text: the same for the same values."""
    return ",".join(f"{name}={_plain(parameters[name])}" for name in sorted(parameters))


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        pairs = sorted((str(k), repr(v)) for k, v in cast("Mapping[object, object]", value).items())
        return repr(pairs)
    return repr(value)


def _rules_of(cls: type) -> dict[str, Any]:
    """Return the annotations of class variables, without ClassVar itself."""
    return {
        name: next(iter(get_args(hint)), None)
        for name, hint in hints_of(cls).items()
        if get_origin(hint) is ClassVar
    }


def _setting(where: str, default: object, value: object, annotation: Any) -> Any:
    """Return the value that a parameter gets; DefinitionError if it cannot have it."""
    if isinstance(default, Mapping):
        if not isinstance(value, Mapping):
            raise _refused(
                where, value, "it must be a mapping of what differs, such as {'name': 1}"
            )
        merged = dict(cast("dict[Any, Any]", default))
        merged |= _laid_over(where, dict(cast("dict[Any, Any]", value)), annotation)
        return MappingProxyType(merged)
    if isinstance(default, float | int) and not isinstance(default, bool):
        return _checked(where, value, _check(annotation, Interval(gt=0)))
    raise _refused(
        where, value, f"it must be {default!r}; only numbers and mappings to numbers can be set"
    )


def _laid_over(where: str, pairs: dict[Any, Any], annotation: Any) -> Iterator[tuple[Any, Any]]:
    of_name, of_number = get_args(annotation) or (str, float)
    check_name, check_number = check_for(of_name), _check(of_number, Interval(ge=0))
    for name, number in pairs.items():
        try:
            check_name(name)
        except RuleError as rule:
            near = _near(name, map(str, get_args(of_name)))
            raise DefinitionError(
                f"{where} names {shown(name)}{near} {rule.about('A name')}"
            ) from None
        yield name, _checked(f"{where}, for {shown(name)},", number, check_number)


def _check(annotation: Any, otherwise: Interval) -> Check:
    """Return the check of a number: by its own rule, or otherwise by this one."""
    ruled = get_origin(annotation) is Annotated
    return check_for(annotation if ruled else Annotated[annotation or float, otherwise])


def _checked(where: str, value: Any, check: Check) -> Any:
    try:
        check(value)
    except RuleError as rule:
        raise _refused(where, value, str(rule)) from None
    return value


def _refused(where: str, value: object, rule: str) -> DefinitionError:
    return DefinitionError(f"{where} is {shown(value)}; {rule}")


def _near(name: object, known: Any) -> str:
    near = get_close_matches(name, list(known), n=1) if isinstance(name, str) else []
    return f"; did you mean {near[0]!r}?" if near else "."
