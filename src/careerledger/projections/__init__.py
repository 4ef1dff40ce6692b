"""What a career amounts to: folds of its history, one question in each file.

A projection of the library is loaded when it is first asked for, with the events it consumes.
"""

from typing import TYPE_CHECKING

from careerledger._loading import on_demand
from careerledger.projections.base import Projection, fold, on, projection
from careerledger.projections.parameters import Tunable

if TYPE_CHECKING:
    from careerledger.projections.challenges import Challenges
    from careerledger.projections.doors import Doors
    from careerledger.projections.goals import Goals
    from careerledger.projections.job_or_career import JobOrCareer
    from careerledger.projections.keep_in_touch import KeepInTouch
    from careerledger.projections.learning import Learning
    from careerledger.projections.milestone_history import MilestoneHistory
    from careerledger.projections.momentum import Momentum
    from careerledger.projections.network_growth import NetworkGrowth
    from careerledger.projections.ownership import Ownership
    from careerledger.projections.purpose import Purpose
    from careerledger.projections.roles import Roles
    from careerledger.projections.skills import Skills
    from careerledger.projections.stagnation import Stagnation
    from careerledger.projections.vision_alignment import VisionAlignment

_FILE_OF = {
    "Challenges": "challenges",
    "Doors": "doors",
    "Goals": "goals",
    "JobOrCareer": "job_or_career",
    "KeepInTouch": "keep_in_touch",
    "Learning": "learning",
    "MilestoneHistory": "milestone_history",
    "Momentum": "momentum",
    "NetworkGrowth": "network_growth",
    "Ownership": "ownership",
    "Purpose": "purpose",
    "Roles": "roles",
    "Skills": "skills",
    "Stagnation": "stagnation",
    "VisionAlignment": "vision_alignment",
}


LIBRARY = tuple(_FILE_OF)
"""The names of the library's own projections, sorted."""

__getattr__, __dir__ = on_demand(globals(), _FILE_OF)


__all__ = [
    "LIBRARY",
    "Challenges",
    "Doors",
    "Goals",
    "JobOrCareer",
    "KeepInTouch",
    "Learning",
    "MilestoneHistory",
    "Momentum",
    "NetworkGrowth",
    "Ownership",
    "Projection",
    "Purpose",
    "Roles",
    "Skills",
    "Stagnation",
    "Tunable",
    "VisionAlignment",
    "fold",
    "on",
    "projection",
]
