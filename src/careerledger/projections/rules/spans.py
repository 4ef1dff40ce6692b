"""What begins and ends in a career: visions, goals, courses, challenges, roles and the like."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Final

import attrs

from careerledger.events import Action
from careerledger.events.challenge import (
    ChallengeResolved,
    ChallengeTaken,
    SetbackOvercome,
    SetbackSuffered,
)
from careerledger.events.learning import CourseDropped, CourseFinished, CourseStarted
from careerledger.events.network import MentoringEnded, MentoringStarted
from careerledger.events.ownership import (
    OpportunityDecided,
    OpportunityFound,
    ProjectFinished,
    ProjectProposed,
    RequestAnswered,
    RequestMade,
)
from careerledger.events.role import RoleEnded, RoleStarted
from careerledger.events.vision import GoalDropped, GoalSet, VisionDeclared, VisionRetired
from careerledger.history import Entry
from careerledger.projections.rules.ends import ends, supersedes

SPANS: Final[Mapping[str, tuple[type[Action], tuple[type[Action], ...]]]] = MappingProxyType(
    {
        "vision": (VisionDeclared, (VisionRetired,)),
        "goal": (GoalSet, (GoalDropped,)),
        "course": (CourseStarted, (CourseFinished, CourseDropped)),
        "mentoring": (MentoringStarted, (MentoringEnded,)),
        "challenge": (ChallengeTaken, (ChallengeResolved,)),
        "setback": (SetbackSuffered, (SetbackOvercome,)),
        "role": (RoleStarted, (RoleEnded,)),
        "request": (RequestMade, (RequestAnswered,)),
        "project": (ProjectProposed, (ProjectFinished,)),
        "opportunity": (OpportunityFound, (OpportunityDecided,)),
    }
)
"""The events that begin and end each kind; the kind is also the field that names it."""


@attrs.frozen(kw_only=True)
class Span:
    """Something that has begun, and may have ended."""

    kind: str
    id: str
    start: Entry[Action]
    """What began it; the last in the history, should several have."""
    end: Entry[Action] | None
    """What ended it, the last of several; None: it goes on. An end that lies wholly before the
    start ends nothing."""


def spans(facts: Sequence[Entry[Action]], kinds: Iterable[str] = SPANS) -> dict[str, Span]:
    """What has begun, as ``"kind:id"``, in the order of the history within each kind."""
    found: dict[str, Span] = {}
    for kind in kinds:
        start, endings = SPANS[kind]
        id_of = attrgetter(kind)
        started: dict[str, Entry[Action]] = {}
        ended: dict[str, Entry[Action]] = {}
        for entry in facts:
            if isinstance(entry.event, start):
                started[id_of(entry.event)] = entry
            elif isinstance(entry.event, endings):
                id_ = id_of(entry.event)
                before = ended.get(id_)
                if supersedes(entry.event.on, before.event.on if before else None):
                    ended[id_] = entry
        for id_, begun in started.items():
            end = ended.get(id_)
            if end is not None and not ends(end.event.on, begun.event.on):
                end = None
            found[f"{kind}:{id_}"] = Span(kind=kind, id=id_, start=begun, end=end)
    return found
