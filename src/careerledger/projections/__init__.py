"""What a career amounts to: folds of its history, one question in each file.

A projection of the library is loaded when it is first asked for, with the events it consumes.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from careerledger.projections._projection import Projection, Tunable, fold, on, projection

if TYPE_CHECKING:
    from careerledger.projections.milestone_history import MilestoneHistory
    from careerledger.projections.network_growth import NetworkGrowth
    from careerledger.projections.vision_alignment import VisionAlignment

_FILE_OF = {
    "MilestoneHistory": "milestone_history",
    "NetworkGrowth": "network_growth",
    "VisionAlignment": "vision_alignment",
}


def __getattr__(name: str) -> Any:
    file = _FILE_OF.get(name)
    if file is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{file}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_FILE_OF})


__all__ = [
    "MilestoneHistory",
    "NetworkGrowth",
    "Projection",
    "Tunable",
    "VisionAlignment",
    "fold",
    "on",
    "projection",
]
