"""The list of animals: each has one realistic mistake, and the law that must catch it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from careerledger.testing import laws, store_laws


class Animal(NamedTuple):
    """A projection or store, broken or suspicious."""

    name: str
    mistake: str
    """Its mistake, in the words of the guide; of a sound animal, why it is right."""
    law: str
    """The law that catches it; empty for a sound animal."""
    kind: Any
    """The projection or the store."""
    arguments: dict[str, Any]
    """The keyword arguments for ``laws`` or ``store_laws``."""

    def suite(self) -> Any:
        """Return the test class of its laws."""
        return (store_laws if self in STORES else laws)(self.kind, **self.arguments)


PROJECTIONS: list[Animal] = []
STORES: list[Animal] = []
SOUND: list[Animal] = []


def broken(law: str, mistake: str, **arguments: Any) -> Callable[[Any], Any]:
    """Add a projection that a law catches."""
    return _add_to(PROJECTIONS, mistake, law, arguments)


def broken_store(law: str, mistake: str, *, lasting: bool = False) -> Callable[[Any], Any]:
    """Add a store that a law catches; in memory, unless it is lasting."""
    return _add_to(STORES, mistake, law, {"lasting": lasting})


def sound(reason: str, **arguments: Any) -> Callable[[Any], Any]:
    """Add a projection that looks suspicious, with the reason why it is right."""
    return _add_to(SOUND, reason, "", arguments)


def _add_to(
    animals: list[Animal], mistake: str, law: str, arguments: dict[str, Any]
) -> Callable[[Any], Any]:
    def add(kind: Any) -> Any:
        animals.append(Animal(kind.__name__, mistake, law, kind, arguments))
        return kind

    return add
