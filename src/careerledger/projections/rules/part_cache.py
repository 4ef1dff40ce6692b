"""Parts of a view that are made once, and again only when something in them changed."""

from collections.abc import Callable, Collection
from typing import Generic, TypeVar

V = TypeVar("V")


class PartCache(Generic[V]):
    """What a projection's view says of many things of one kind, such as challenges.

    A career over time asks for a view each month, in which nearly all is as it was the month
    before. It belongs to no snapshot: after one was read, all is made again.
    """

    __slots__ = ("_changed", "_made")

    def __init__(self) -> None:
        self._made: dict[str, V] = {}
        self._changed: dict[str, None] = {}

    def began(self, id_: str) -> None:
        """Something began, or began anew: it comes behind all the others."""
        self._made.pop(id_, None)
        self._changed.pop(id_, None)
        self._changed[id_] = None

    def changed(self, id_: str) -> None:
        """Something is no longer as it was, or is not there yet."""
        self._changed.setdefault(id_)

    def all(self, ids: Collection[str], make: Callable[[str], V]) -> tuple[V, ...]:
        """What is to be said of each, in their order.

        Args:
            ids: All that there are, in the order they began.
            make: Makes what is to be said of one; it is asked only about what changed.
        """
        for id_ in self._changed if self._made else ids:
            if id_ in ids:
                self._made[id_] = make(id_)
        self._changed.clear()
        return tuple(self._made.values())
