"""What a projection remembers outside its state: class variables, module containers, caches.

It should remember nothing there. If it does, a failure depends on everything folded before, and
can be neither repeated nor shrunk. So this hidden state is restored before each case.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from types import CodeType, FunctionType
from typing import Any, Final, cast

_CONTAINERS: Final = (list, dict, set, bytearray)
_PLAIN: Final = (int, float, str, bytes, bool, tuple, frozenset, type(None))


_Restore = Callable[[], object]


class HiddenState:
    """The hidden state of a class at the time of this call.

    Args:
        cls: A class; its methods and what they name in their modules are searched.
    """

    def __init__(self, cls: type[Any]) -> None:
        self._visited: set[int] = set()
        self._package = cls.__module__.partition(".")[0]
        self._restores: list[_Restore] = list(self._search_class(cls))

    def restore(self) -> None:
        """Restore the hidden state."""
        for restore in self._restores:
            restore()

    def _search_class(self, cls: type[Any]) -> Iterator[_Restore]:
        for base in cls.__mro__:
            if id(base) in self._visited or not self._in_package(base):
                continue
            self._visited.add(id(base))
            members: dict[str, Any] = dict(vars(base))
            for name, value in members.items():
                if isinstance(value, _PLAIN) and not name.startswith("__"):
                    yield _restore_attribute(base, name, cast("object", value))
                elif not isinstance(value, _CONTAINERS) or not name.startswith("__"):
                    yield from self._search(value)

    def _search(self, member: Any) -> Iterator[_Restore]:
        value = getattr(member, "fget", None) or getattr(member, "__func__", None) or member
        if callable(clear := getattr(value, "cache_clear", None)):
            yield clear
        value = getattr(value, "__wrapped__", value)
        if isinstance(value, FunctionType):
            yield from self._search_function(value)
        elif isinstance(value, type):
            yield from self._search_class(cast("type[Any]", value))
        elif isinstance(value, _CONTAINERS):
            container = cast("object", value)
            if id(container) not in self._visited:
                self._visited.add(id(container))
                yield _restore_container(container)

    def _search_function(self, function: FunctionType) -> Iterator[_Restore]:
        if id(function) in self._visited or not self._in_package(function):
            return
        self._visited.add(id(function))
        for name in sorted(_names_in(function.__code__) & function.__globals__.keys()):
            yield from self._search(function.__globals__[name])
        defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        for value in defaults:
            yield from self._search(cast("object", value))
        for cell in function.__closure__ or ():
            with suppress(ValueError):  # a variable of an enclosing function without a value yet
                yield from self._search(cast("object", cell.cell_contents))

    def _in_package(self, thing: Any) -> bool:
        return (thing.__module__ or "").partition(".")[0] == self._package


def _names_in(code: CodeType) -> set[str]:
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(_names_in, inner))


def _restore_attribute(owner: type[Any], name: str, value: object) -> _Restore:
    def restore() -> None:
        if vars(owner).get(name) is not value:
            setattr(owner, name, value)

    return restore


def _restore_container(container: Any) -> _Restore:
    original = container.copy()

    def restore() -> None:
        if len(container) != len(original) or container != original:
            container.clear()
            add: Any = container.extend if hasattr(container, "extend") else container.update
            add(original)

    return restore
