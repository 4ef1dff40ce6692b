"""What a projection remembers beside its state: class variables, module-level containers, caches.

It should remember nothing. Where it does, a failure depends on all that was folded before, and
could neither be repeated nor shrunk; so each case starts with the memory of the first.
"""

from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any, Final, cast

_CONTAINERS: Final = (list, dict, set, bytearray)
_PLAIN: Final = (int, float, str, bytes, bool, tuple, frozenset, type(None))


_Restore = Callable[[], object]


class Memory:
    """What the code of a class remembered when this was made.

    Args:
        cls: The class whose methods are looked through, with what they name in their modules.
    """

    def __init__(self, cls: type[Any]) -> None:
        self._seen: set[int] = set()
        self._package = cls.__module__.partition(".")[0]
        self._restores: list[_Restore] = list(self._of_class(cls))

    def restore(self) -> None:
        """Make it remember just that again."""
        for restore in self._restores:
            restore()

    def _of_class(self, cls: type[Any]) -> Iterator[_Restore]:
        for base in cls.__mro__:
            if id(base) in self._seen or not self._ours(base):
                continue
            self._seen.add(id(base))
            members: dict[str, Any] = dict(vars(base))
            for name, value in members.items():
                if isinstance(value, _PLAIN) and not name.startswith("__"):
                    yield _reset(base, name, cast("object", value))
                elif not isinstance(value, _CONTAINERS) or not name.startswith("__"):
                    yield from self._of(value)

    def _of(self, found: Any) -> Iterator[_Restore]:
        value = getattr(found, "fget", None) or getattr(found, "__func__", None) or found
        if callable(clear := getattr(value, "cache_clear", None)):
            yield clear
        value = getattr(value, "__wrapped__", value)
        if isinstance(value, FunctionType):
            yield from self._of_function(value)
        elif isinstance(value, type):
            yield from self._of_class(cast("type[Any]", value))
        elif isinstance(value, _CONTAINERS):
            yield from self._of_container(value)

    def _of_container(self, container: Any) -> Iterator[_Restore]:
        if id(container) not in self._seen:
            self._seen.add(id(container))
            yield _refill(container)

    def _of_function(self, function: FunctionType) -> Iterator[_Restore]:
        if id(function) in self._seen or not self._ours(function):
            return
        self._seen.add(id(function))
        for name in sorted(_names(function.__code__) & function.__globals__.keys()):
            yield from self._of(function.__globals__[name])
        for cell in function.__closure__ or ():
            yield from self._of(cast("object", cell.cell_contents))

    def _ours(self, thing: Any) -> bool:
        return (thing.__module__ or "").partition(".")[0] == self._package


def _names(code: CodeType) -> set[str]:
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*(_names(part) for part in inner))


def _reset(owner: type[Any], name: str, value: object) -> Callable[[], None]:
    def reset() -> None:
        if vars(owner).get(name) is not value:
            setattr(owner, name, value)

    return reset


def _refill(container: Any) -> _Restore:
    kept = container.copy()

    def refill() -> None:
        if len(container) != len(kept) or container != kept:
            container.clear()
            add: Any = container.extend if hasattr(container, "extend") else container.update
            add(kept)

    return refill
