"""The library's own projections keep the laws that the kit holds a user's to."""

from typing import Any

import pytest

from careerledger import projections
from careerledger.events import (
    CourseFinished,
    DoorOpened,
    MilestoneDeclared,
    OpportunityFound,
    ReflectionWritten,
    SkillPractised,
)
from careerledger.testing import laws
from careerledger.testing._laws import consumed_classes
from strategies import FACTS

pytestmark = pytest.mark.no_cover  # with coverage it takes twice as long


def as_version_2(new: dict[str, Any]) -> dict[str, Any] | None:
    """A role on offer said nothing of its hours, values, skills and people."""
    like = new["role_like"]
    if like is not None:
        said = [like.pop(name) for name in ("weekly_hours", "beside", "values", "skills", "people")]
        if any(said):
            return None
    return new


def as_version_1(new: dict[str, Any]) -> dict[str, Any] | None:
    """Nor of its level, scope and pay."""
    like = new["role_like"]
    if like is not None:
        said = [like.pop(name) for name in ("level", "scope", "pay")]
        if any(value is not None for value in said):
            return None
    return new


OLD = {OpportunityFound: {1: as_version_1, 2: as_version_2}}
SAID: dict[str, dict[str, Any]] = {
    "Challenges": {"bounds": (0, 1)},
    "Doors": {"rises_with": [DoorOpened], "old_versions": OLD},
    "JobOrCareer": {"rises_with": [ReflectionWritten]},
    "Learning": {"rises_with": [CourseFinished]},
    "MilestoneHistory": {"rises_with": [MilestoneDeclared]},
    "Momentum": {"rises_with": [SkillPractised]},
    "Ownership": {"bounds": (0, 1), "old_versions": OLD},
    "Purpose": {"bounds": (0, 1)},
    "Skills": {"rises_with": [SkillPractised]},
    "VisionAlignment": {"bounds": (0, 1)},
}


def consumed(kind):
    return [event for event in FACTS if event in consumed_classes(kind)]


for name in projections.LIBRARY:
    kind = getattr(projections, name)
    globals()[f"Test{name}"] = laws(kind, events=consumed(kind), **SAID.get(name, {}))
