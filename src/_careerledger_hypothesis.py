"""Lets ``hypothesis.strategies.from_type`` make events.

Hypothesis imports this module and calls ``register`` whenever it is imported itself, in programs
too that have nothing to do with careers. So it stands beside the package, which takes longer to
import than Hypothesis does, and imports nothing until an event is asked for.
"""

from typing import Any


def register() -> None:
    """Have events resolved in every program that has imported ``careerledger.events``."""
    try:
        from hypothesis.strategies._internal.types import (  # noqa: PLC0415
            _global_extra_lookup,  # pyright: ignore[reportPrivateUsage]
        )
    except ImportError:  # a Hypothesis that finds its plugins in another way
        return
    # The types of other packages can be registered only once they are imported; this is how
    # Hypothesis itself waits for numpy and others.
    _global_extra_lookup["careerledger.events"] = strategy_for


def strategy_for(thing: Any) -> Any:
    """The strategy for an event class, or for a date of a career; None for anything else."""
    from careerledger.dates import PartialDate  # noqa: PLC0415
    from careerledger.events import Event  # noqa: PLC0415

    if not isinstance(thing, type):
        return None
    from careerledger import testing  # noqa: PLC0415

    if issubclass(thing, PartialDate):
        return testing.partial_dates()
    if thing is Event or not issubclass(thing, Event):
        return None
    return testing.events(thing) if hasattr(thing, "__event__") else testing.events()
