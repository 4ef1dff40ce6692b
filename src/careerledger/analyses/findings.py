"""What looks wrong in a ledger, as data.

A check is a function from a history to findings; ``CHECKS`` are those that ``Ledger.check`` runs.
A check of one's own runs beside them: ``find(ledger.entries(), [*CHECKS, my_check])``. What cannot
be a fact was refused when it was to be recorded; what is here can be, and is odd.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final, Literal, cast

import attrs

from careerledger.events import Action, Event, UnknownEvent, introduced, referred
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
from careerledger.events.vision import (
    GoalDropped,
    GoalSet,
    VisionDeclared,
    VisionRetired,
)
from careerledger.history import Entry

Severity = Literal["error", "warning", "note"]


@attrs.frozen(kw_only=True)
class Finding:
    """Something in a ledger that looks wrong."""

    code: str
    """What kind of finding it is, such as ``"ended-before-start"``."""
    severity: Severity
    message: str
    entries: tuple[str, ...]
    """Ids of the entries that it is about."""
    mend: str
    """What would put it right."""


Check = Callable[[Sequence[Entry[Event]]], Iterable[Finding]]


def unknown_events(history: Sequence[Entry[Event]]) -> Iterator[Finding]:
    """Types of events that this program does not know."""
    unknown: defaultdict[str, list[Entry[Event]]] = defaultdict(list)
    for entry in history:
        if isinstance(entry.event, UnknownEvent):
            unknown[f"{entry.event.type} version {entry.event.version}"].append(entry)
    for kind, entries in sorted(unknown.items()):
        yield Finding(
            code="unknown-event",
            severity="warning",
            message=f"this program does not know {kind}, the event of {_numbers(entries)}",
            entries=tuple(entry.id for entry in entries),
            mend="import the module that defines it, or update careerledger",
        )


def dangling_references(history: Sequence[Entry[Event]]) -> Iterator[Finding]:
    """References to ids that nothing introduces; an unknown event may be what introduces them."""
    facts = _facts(history)
    severity: Severity = "error" if len(facts) == len(history) else "warning"
    known = {"contact:me"} | {introduced(entry.event) for entry in facts}
    for entry in facts:
        for field, id_, kinds in referred(entry.event):
            if not any(f"{kind}:{id_}" in known for kind in kinds):
                yield Finding(
                    code="dangling-reference",
                    severity=severity,
                    message=f"{field} of #{entry.seq} names the {' or '.join(kinds)} {id_!r}, "
                    "which nothing introduces",
                    entries=(entry.id,),
                    mend=f"record the event that introduces it, or amend #{entry.seq}",
                )


def introduced_twice(history: Sequence[Entry[Event]]) -> Iterator[Finding]:
    """Ids that more than one entry introduces."""
    by_name: defaultdict[str, list[Entry[Event]]] = defaultdict(list)
    for entry in _facts(history):
        name = introduced(entry.event)
        if name is not None:
            by_name[name].append(entry)
    for name, entries in by_name.items():
        if len(entries) > 1:
            kind, _, id_ = name.partition(":")
            yield Finding(
                code="introduced-twice",
                severity="error",
                message=f"the {kind} {id_!r} is introduced by {_numbers(entries)}",
                entries=tuple(entry.id for entry in entries),
                mend="void the one that is wrong, or amend it to another id",
            )


_SPANS: Final[tuple[tuple[str, type[Action], tuple[type[Action], ...]], ...]] = (
    ("vision", VisionDeclared, (VisionRetired,)),
    ("goal", GoalSet, (GoalDropped,)),
    ("course", CourseStarted, (CourseFinished, CourseDropped)),
    ("mentoring", MentoringStarted, (MentoringEnded,)),
    ("challenge", ChallengeTaken, (ChallengeResolved,)),
    ("setback", SetbackSuffered, (SetbackOvercome,)),
    ("role", RoleStarted, (RoleEnded,)),
    ("request", RequestMade, (RequestAnswered,)),
    ("project", ProjectProposed, (ProjectFinished,)),
    ("opportunity", OpportunityFound, (OpportunityDecided,)),
)
"""What begins and ends: its kind, which is also the field that names it, and its events."""


def ended_before_start(history: Sequence[Entry[Event]]) -> Iterator[Finding]:
    """Roles, courses, requests and the like whose end lies wholly before their start."""
    facts = _facts(history)
    for kind, start, ends in _SPANS:
        id_of = attrgetter(kind)
        starts = {id_of(entry.event): entry for entry in facts if isinstance(entry.event, start)}
        for entry in facts:
            if not isinstance(entry.event, ends):
                continue
            begun = starts.get(id_of(entry.event))
            if begun is not None and entry.event.on.last_day < begun.event.on.first_day:
                yield Finding(
                    code="ended-before-start",
                    severity="error",
                    message=f"the {kind} {id_of(entry.event)!r} ended on {entry.event.on} "
                    f"(#{entry.seq}), before it started on {begun.event.on} (#{begun.seq})",
                    entries=(begun.id, entry.id),
                    mend="amend the date that is wrong",
                )


def _facts(history: Sequence[Entry[Event]]) -> list[Entry[Action]]:
    return [cast("Entry[Action]", entry) for entry in history if isinstance(entry.event, Action)]


def _numbers(entries: Sequence[Entry[Event]]) -> str:
    """The entries by number, of many only the first."""
    told = ", ".join(f"#{entry.seq}" for entry in entries[:_NAMED])
    return f"{told} and {len(entries) - _NAMED} more" if len(entries) > _NAMED else told


_NAMED: Final = 5


CHECKS: Final[tuple[Check, ...]] = (
    unknown_events,
    dangling_references,
    introduced_twice,
    ended_before_start,
)


def find(history: Iterable[Entry[Event]], checks: Iterable[Check] = CHECKS) -> list[Finding]:
    """Run checks over a history; what they find, in their order."""
    entries = list(history)
    return [finding for check in checks for finding in check(entries)]
