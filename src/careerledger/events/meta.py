"""Translate the rules of fields to ``msgspec.Meta``, which msgspec checks as it reads."""

import types
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

import msgspec
from immutabledict import immutabledict

from careerledger.events.rules import Interval, MinLen, Rule, rules_in

__all__ = ["has_more_rules", "with_meta"]


def with_meta(annotation: Any) -> Any:
    """Return an annotation with its rules as ``msgspec.Meta`` too, as far as it can state them."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, NewType):
        return with_meta(annotation.__supertype__)
    if origin is Annotated:
        base, *roles = arguments
        meta = _meta(base, rules_in(tuple(roles))) or {}
        if base is int:
            meta = _whole(meta)
        extra = [msgspec.Meta(**meta)] if meta else []
        return _of(Annotated, (base if base is int else with_meta(base), *roles, *extra))
    if annotation is int:
        return Annotated[int, msgspec.Meta(**_whole({}))]
    if origin in (Union, types.UnionType):
        return _of(Union, tuple(map(with_meta, arguments)))
    if origin in (tuple, frozenset, immutabledict):
        return _of(origin, tuple(a if a is ... else with_meta(a) for a in arguments))
    return annotation


def has_more_rules(annotation: Any) -> bool:
    """Return whether an annotation has a rule that ``msgspec.Meta`` cannot state."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return False
    if origin is Annotated:
        base, *roles = arguments
        return _meta(base, rules_in(tuple(roles))) is None or has_more_rules(base)
    return any(map(has_more_rules, arguments))


def _of(container: Any, arguments: Any) -> Any:
    """Return a generic type with arguments that are known only at run time."""
    return container[arguments]


def _whole(meta: dict[str, Any]) -> dict[str, Any]:
    """Add the bounds of 64 bits to those of a whole number; msgspec would read larger ones."""
    least = {} if {"gt", "ge"} & meta.keys() else {"ge": -(2**63)}
    most = {} if {"lt", "le"} & meta.keys() else {"le": 2**63 - 1}
    return {**meta, **least, **most}


def _meta(base: Any, rules: list[Rule]) -> dict[str, Any] | None:
    """Return the arguments of ``msgspec.Meta`` for these rules; None if it lacks one of them."""
    pairs: list[tuple[str, Any]] = []
    for rule in rules:
        if isinstance(rule, Interval) and base in (int, float):
            pairs += [(name, bound) for name, bound in rule._asdict().items() if bound is not None]
        elif isinstance(rule, MinLen) and (base is str or get_origin(base) in (tuple, frozenset)):
            pairs.append(("min_length", rule.min_length))
        else:
            return None
    meta = dict(pairs)
    fits = all(isinstance(bound, base if base is int else int | float) for bound in meta.values())
    fits = fits and all(-(2**63) <= bound < 2**63 for bound in meta.values())
    sides = ({"gt", "ge"}, {"lt", "le"})
    once = len(meta) == len(pairs) and not any(side <= meta.keys() for side in sides)
    return meta if fits and once else None
