"""What a career amounts to: folds of its history, one question in each file.

A projection of the library is loaded when it is first asked for, with the events it consumes.
"""

from typing import TYPE_CHECKING

from careerledger._loading import on_demand
from careerledger.projections.base import (
    Projection as Projection,
    ProjectionType as ProjectionType,
    Step as Step,
    fold as fold,
    on as on,
    projection as projection,
)
from careerledger.projections.parameters import (
    Days as Days,
    Difficulty as Difficulty,
    EventName as EventName,
    HalfLife as HalfLife,
    Tunable as Tunable,
)
from careerledger.projections.view import Evidence as Evidence, View as View

if TYPE_CHECKING:
    from careerledger.projections.challenges import Challenges as Challenges
    from careerledger.projections.doors import Doors as Doors
    from careerledger.projections.goals import Goals as Goals
    from careerledger.projections.job_or_career import JobOrCareer as JobOrCareer
    from careerledger.projections.keep_in_touch import KeepInTouch as KeepInTouch
    from careerledger.projections.learning import Learning as Learning
    from careerledger.projections.library import LIBRARY as LIBRARY
    from careerledger.projections.milestone_history import MilestoneHistory as MilestoneHistory
    from careerledger.projections.momentum import Momentum as Momentum
    from careerledger.projections.network_growth import NetworkGrowth as NetworkGrowth
    from careerledger.projections.ownership import Ownership as Ownership
    from careerledger.projections.purpose import Purpose as Purpose
    from careerledger.projections.roles import Roles as Roles
    from careerledger.projections.skills import Skills as Skills
    from careerledger.projections.stagnation import Stagnation as Stagnation
    from careerledger.projections.vision_alignment import VisionAlignment as VisionAlignment

__getattr__, __dir__ = on_demand(__name__)
