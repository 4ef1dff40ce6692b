"""The rules that stand in annotations: what a number or a text must be.

They are those of the package annotated-types, whose own objects mean the same here. It is not
imported, because that takes a fifth of the time that importing careerledger may take.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from careerledger.errors import DefinitionError


class Interval(NamedTuple):
    """A value lies between bounds; ``gt`` and ``lt`` exclude theirs, ``ge`` and ``le`` do not."""

    gt: Any = None
    ge: Any = None
    lt: Any = None
    le: Any = None


class MinLen(NamedTuple):
    """A text or a collection is at least so long."""

    min_length: int


class Predicate(NamedTuple):
    """A function is true of the value."""

    func: Callable[[Any], bool]
    rule: str | None = None
    """Completes "it must be …"; None: the function's docstring, or else its name, does."""

    @property
    def text(self) -> str:
        """What completes "it must be …"."""
        return self.rule or self.func.__doc__ or self.func.__name__


Rule = Interval | MinLen | Predicate


def rules_in(metadata: tuple[object, ...]) -> list[Rule]:
    """The rules among the metadata of an annotation, those of annotated-types as ours.

    Raises DefinitionError for one of annotated-types that is not checked here.
    """
    found: list[Rule] = []
    for item in metadata:
        if isinstance(item, Rule):
            found.append(item)
        elif type(item).__module__.partition(".")[0] == "annotated_types":
            found.append(_ours(item))
    return found


def _ours(rule: Any) -> Rule:
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
        f"has the rule {rule!r}, which is not checked; "
        "use Interval, MinLen, or Predicate(function, 'text that completes \"it must be …\"')"
    )
