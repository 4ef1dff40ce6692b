"""Small edits of a projection's source, as a person makes them between two runs of a program."""

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

_FLIPPED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_MAX_EDITS: Final = 6


def edits_of(source: str, name: str) -> list[tuple[str, str]]:
    """Return edited versions of a module, each as its description and source.

    Args:
        source: The source of the module.
        name: The projection's class, at the top level of the module.
    """
    tree = ast.parse(source)
    if not any(isinstance(node, ast.ClassDef) and node.name == name for node in tree.body):
        return []
    edits: list[tuple[str, str]] = []
    for kind, edit in _KINDS.items():
        edited = copy.deepcopy(tree)
        (cls,) = (n for n in edited.body if isinstance(n, ast.ClassDef) and n.name == name)
        line = edit(edited, cls)
        if line is not None:
            edits.append((f"line {line}: {kind}", ast.unparse(ast.fix_missing_locations(edited))))
    return edits[:_MAX_EDITS]


def _steps(cls: ast.ClassDef) -> list[ast.FunctionDef]:
    functions = [node for node in cls.body if isinstance(node, ast.FunctionDef)]
    return [function for function in functions if any(map(_is_on, function.decorator_list))]


def _is_on(decorator: ast.expr) -> bool:
    if not isinstance(decorator, ast.Call):
        return False
    called = decorator.func
    return (called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")) == "on"


def _bodies(cls: ast.ClassDef) -> Iterator[ast.stmt]:
    """Yield the statements of the methods."""
    for node in cls.body:
        if isinstance(node, ast.FunctionDef):
            yield from node.body


def _change_constant(nodes: Iterator[ast.AST]) -> int | None:
    """Change the first number or text within some nodes; return its line."""
    for top in nodes:
        for node in ast.walk(top):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                node.value.kind = "doc"
        for node in ast.walk(top):
            if isinstance(node, ast.Constant) and node.kind != "doc":
                value = cast("Any", node.value)
                if isinstance(value, int | float) and not isinstance(value, bool):
                    node.value = value + 1
                    return node.lineno
                if isinstance(value, str) and value:
                    node.value = f"{value}-edited"
                    return node.lineno
    return None


def _constant_in_class(_tree: ast.Module, cls: ast.ClassDef) -> int | None:
    return _change_constant(_bodies(cls))


def _constant_of_module(tree: ast.Module, _cls: ast.ClassDef) -> int | None:
    values = (node.value for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign))
    return _change_constant(value for value in values if value is not None)


def _helper(tree: ast.Module, _cls: ast.ClassDef) -> int | None:
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    for function in functions:
        line = _flip(function.body)
        if line is None:
            line = _change_constant(iter(function.body))
        if line is not None:
            return line
    return None


def _comparison(_tree: ast.Module, cls: ast.ClassDef) -> int | None:
    return _flip(_bodies(cls))


def _flip(statements: Any) -> int | None:
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Compare):
                node.ops[0] = _FLIPPED[type(node.ops[0])]()
                return node.lineno
    return None


def _dropped_statement(_tree: ast.Module, cls: ast.ClassDef) -> int | None:
    for step in _steps(cls):
        line = step.body[-1].lineno
        step.body[-1] = ast.Pass()
        return line
    return None


def _order_of_steps(_tree: ast.Module, cls: ast.ClassDef) -> int | None:
    steps = _steps(cls)
    if len(steps) < 2:  # noqa: PLR2004 - two can be swapped
        return None
    first, second = (cls.body.index(step) for step in steps[:2])
    cls.body[first], cls.body[second] = cls.body[second], cls.body[first]
    return steps[0].lineno


def _decorator(_tree: ast.Module, cls: ast.ClassDef) -> int | None:
    """Take an event type from a step of several, or repeat a step's decorator on no method."""
    for step in _steps(cls):
        for decorator in step.decorator_list:
            if isinstance(decorator, ast.Call) and len(decorator.args) > 1:
                decorator.args.pop()
                return decorator.lineno
    steps = _steps(cls)
    if len(steps) > 1:  # a step that takes what another takes
        steps[0].decorator_list = copy.deepcopy(steps[1].decorator_list)
        return steps[0].lineno
    return None


_KINDS: Final[dict[str, Callable[[ast.Module, ast.ClassDef], int | None]]] = {
    "a constant": _constant_in_class,
    "a constant of the module": _constant_of_module,
    "a helper": _helper,
    "the order of steps": _order_of_steps,
    "a decorator": _decorator,
    "a comparison": _comparison,
    "a dropped statement": _dropped_statement,
}
