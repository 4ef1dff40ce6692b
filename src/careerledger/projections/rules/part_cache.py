"""Parts of a view that are made once, and again only when something in them changed."""

from collections.abc import Callable, Collection
from typing import Generic, TypeVar

V = TypeVar("V")


class PartCache(Generic[V]):
    """The parts of a view about many things of one kind, such as challenges.

    A career over time asks for a view each month, in which nearly all parts are as they were the
    month before. The cache belongs to no snapshot: after one was read, every part is made again.
    """

    __slots__ = ("_changed", "_parts")

    def __init__(self) -> None:
        self._parts: dict[str, V] = {}
        self._changed: set[str] = set()

    def mark_changed(self, id_: str) -> None:
        """Mark that something is new or no longer as it was; it may also be still unknown."""
        self._changed.add(id_)

    def all(self, ids: Collection[str], make: Callable[[str], V]) -> tuple[V, ...]:
        """Return the part about each thing, in their order.

        Args:
            ids: All things there are.
            make: Makes the part about one; it is called only for what changed.
        """
        parts = self._parts
        for id_ in self._changed if parts else ids:
            if id_ in ids:
                parts[id_] = make(id_)
        self._changed.clear()
        return tuple([parts[id_] for id_ in ids])
