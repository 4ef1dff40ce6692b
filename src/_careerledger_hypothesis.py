"""Let ``hypothesis.strategies.from_type`` make events.

Hypothesis imports this module and calls ``register`` whenever it is imported itself, in programs
too that have nothing to do with careers. So it is a module of its own: the package takes longer to
import than Hypothesis, and is imported only when an event is drawn.
"""

from importlib import import_module
from typing import Any

try:
    from hypothesis.strategies._internal.types import (
        _global_extra_lookup as resolvers,  # pyright: ignore[reportPrivateUsage]
    )
except ImportError:  # a Hypothesis that finds its plugins in another way
    resolvers = {}


def register() -> None:
    """Have events resolved in every program that has imported ``careerledger.events``."""
    # The types of other packages can be registered only once they are imported; this is how
    # Hypothesis itself waits for numpy and others.
    resolvers["careerledger.events"] = strategy_for


def strategy_for(thing: Any) -> Any:
    """Return the strategy for an event class or a date of a career; None for anything else."""
    return import_module("careerledger.testing._event_strategies").strategy_for(thing)
