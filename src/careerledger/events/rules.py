"""Rules for annotations, such as ``Annotated[float, Interval(ge=0, le=1)]``.

They mirror the package annotated-types, and its own objects work too. It is not imported: that
would take 5 ms of each program's start.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from careerledger.errors import DefinitionError


class Interval(NamedTuple):
    """A value must lie within bounds: > ``gt``, >= ``ge``, < ``lt``, <= ``le``."""

    gt: Any = None
    ge: Any = None
    lt: Any = None
    le: Any = None


class MinLen(NamedTuple):
    """A text or a collection must have at least this length."""

    min_length: int


class Predicate(NamedTuple):
    """A function must return true for the value."""

    func: Callable[[Any], bool]
    rule: str | None = None
    """The text after "it must be". Default: the function's docstring, or else its name."""

    @property
    def text(self) -> str:
        """The text after "it must be"."""
        return self.rule or self.func.__doc__ or self.func.__name__


Rule = Interval | MinLen | Predicate


def rules_in(metadata: tuple[object, ...]) -> list[Rule]:
    """Return the rules in the metadata of an annotation, converting those of annotated-types.

    Raises DefinitionError for a rule of annotated-types that has no equivalent here.
    """
    rules: list[Rule] = []
    for item in metadata:
        if isinstance(item, Rule):
            rules.append(item)
        elif type(item).__module__.partition(".")[0] == "annotated_types":
            rules.append(_converted(item))
    return rules


def _converted(rule: Any) -> Rule:
    name = type(rule).__name__
    if name == "Interval":
        return Interval(gt=rule.gt, ge=rule.ge, lt=rule.lt, le=rule.le)
    if name in {"Gt", "Ge", "Lt", "Le"}:
        bound = name.lower()
        return Interval(**{bound: getattr(rule, bound)})
    if name == "MinLen":
        return MinLen(rule.min_length)
    if name == "Predicate":
        return Predicate(rule.func)
    raise DefinitionError(
        f"has the rule {rule!r}, which is not supported; "
        "use Interval, MinLen, or Predicate(function, 'the text after \"it must be\"')"
    )
