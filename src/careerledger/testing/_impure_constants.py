"""Find what a projection uses that its module read from a clock or the environment at import.

``TODAY = date.today()`` at the top of a module is not read while a career is folded, so that no
call shows it. The source does.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, cast

from careerledger.testing._code_constants import constants_of

_IMPURE: Final = {
    "today": ("date", "datetime", "datetime.date", "datetime.datetime"),
    "now": ("datetime", "datetime.datetime"),
    "utcnow": ("datetime", "datetime.datetime"),
    **dict.fromkeys(("time", "time_ns", "monotonic", "perf_counter", "localtime"), ("time",)),
    **dict.fromkeys(("getcwd", "getpid", "getenv", "getlogin", "uname", "urandom"), ("os",)),
    **dict.fromkeys(("random", "randint", "choice", "uniform", "randrange"), ("random",)),
    **dict.fromkeys(("uuid1", "uuid4"), ("uuid", "")),
    **dict.fromkeys(("token_hex", "token_bytes", "token_urlsafe", "randbelow"), ("secrets", "")),
    "cwd": ("Path", "pathlib.Path"),
    "gethostname": ("socket",),
    "getuser": ("getpass", ""),
    "node": ("platform",),
}
"""Names of functions, and what they are called on; "": nothing."""


@cache
def impure_constants(cls: type[Any]) -> list[str]:
    """Return which constants that a projection uses come from a clock, chance or the environment.

    Args:
        cls: The projection.

    Returns:
        Each as its name and place, such as ``TODAY in kit.py:7``.
    """
    names = constants_of(cast("Any", cls)).names
    return [
        f"{name} in {module.__file__}:{line}"
        for module in (sys.modules.get(name) for name in sorted({cls.__module__, *names}))
        if module is not None and getattr(module, "__file__", None)
        for name, line in _impure_names(module)
        if name in names.get(module.__name__, ()) or name.split(".")[0] == cls.__qualname__
    ]


def _impure_names(module: Any) -> Iterator[tuple[str, int]]:
    """Yield each name that an impure statement of a module defines, with its line."""
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError):
        return
    functions = _impure_functions(tree)
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            for inner in statement.body:
                for name, line in _impure_definitions(inner, functions):
                    yield f"{statement.name}.{name}", line
        else:
            yield from _impure_definitions(statement, functions)


def _impure_definitions(statement: ast.stmt, functions: set[str]) -> Iterator[tuple[str, int]]:
    targets: list[ast.expr]
    expressions: list[ast.expr | None]
    match statement:
        case ast.Assign():
            targets, expressions = statement.targets, [statement.value]
        case ast.AnnAssign():
            targets, expressions = [statement.target], [statement.value]
        case ast.FunctionDef(name=name, args=args):
            targets, expressions = [ast.Name(name)], [*args.defaults, *args.kw_defaults]
        case _:
            return
    if any(
        _is_impure(node, functions)
        for value in expressions
        if value is not None
        for node in _evaluated(value)
    ):
        for target in targets:
            for node in ast.walk(target):
                if isinstance(node, ast.Name):
                    yield node.id, statement.lineno


def _evaluated(expression: ast.expr) -> Iterator[ast.AST]:
    """Yield the parts of an expression that run when it does: not the bodies of lambdas."""
    waiting: list[ast.AST] = [expression]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, ast.Lambda):
            yield node
            waiting += ast.iter_child_nodes(node)


def _impure_functions(tree: ast.Module) -> set[str]:
    """Return the names of the module's functions whose code is impure."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    impure: set[str] = set()
    for _ in functions:
        more = {
            function.name
            for function in functions
            if any(_is_impure(node, impure) for node in ast.walk(function))
        }
        if more == impure:
            break
        impure = more
    return impure


def _is_impure(node: ast.AST, functions: set[str]) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "environb"):
            return True
        case ast.Call(func=ast.Attribute(value=owner, attr=name)):
            return name in _IMPURE and ast.unparse(owner) in _IMPURE[name]
        case ast.Call(func=ast.Name(id=name)):
            return name in functions or "" in _IMPURE.get(name, ())
        case _:
            return False
