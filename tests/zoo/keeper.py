"""Who keeps the animals: each has one realistic mistake, and the law that must catch it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from careerledger.testing import laws, store_laws


class Animal(NamedTuple):
    """Something broken."""

    name: str
    mistake: str
    """What is wrong with it, as the documentation tells it."""
    law: str
    """The law that catches it."""
    kind: Any
    """The projection or the store."""
    said: dict[str, Any]
    """What its author says about it, as ``laws`` or ``store_laws`` takes it."""

    def suite(self) -> Any:
        """The laws that it must keep, as a test case."""
        return (store_laws if self in STORES else laws)(self.kind, **self.said)


PROJECTIONS: list[Animal] = []
STORES: list[Animal] = []
SOUND: list[Animal] = []


def broken(law: str, mistake: str, **said: Any) -> Callable[[Any], Any]:
    """A projection that is caught by a law."""
    return _keep(PROJECTIONS, mistake, law, said)


def broken_store(law: str, mistake: str, *, lasting: bool = False) -> Callable[[Any], Any]:
    """A store that is caught by a law; one in memory, unless it is lasting."""
    return _keep(STORES, mistake, law, {"lasting": lasting})


def sound(reason: str, **said: Any) -> Callable[[Any], Any]:
    """A projection that looks suspicious, and why there is nothing wrong with it."""
    return _keep(SOUND, reason, "", said)


def _keep(cage: list[Animal], mistake: str, law: str, said: dict[str, Any]) -> Callable[[Any], Any]:
    def keep(kind: Any) -> Any:
        cage.append(Animal(kind.__name__, mistake, law, kind, said))
        return kind

    return keep
