"""What looks wrong in a ledger, as data.

A check is a function from a history to findings; ``CHECKS`` is the list of those that
``Ledger.check`` runs. What cannot be a fact was refused when it was to be recorded; what is here
can be, and is odd.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Literal

import attrs

from careerledger.events import Action, Event, UnknownEvent, introduced, referred
from careerledger.events.challenge import ChallengeResolved, ChallengeTaken
from careerledger.events.learning import CourseDropped, CourseFinished, CourseStarted
from careerledger.events.role import RoleEnded, RoleStarted
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
    unknown: defaultdict[str, list[str]] = defaultdict(list)
    for entry in history:
        if isinstance(entry.event, UnknownEvent):
            unknown[f"{entry.event.type} version {entry.event.version}"].append(entry.id)
    for kind, ids in sorted(unknown.items()):
        yield Finding(
            code="unknown-event",
            severity="warning",
            message=f"{len(ids)} of {kind}, which this program does not know",
            entries=tuple(ids),
            mend="import the module that defines it, or update careerledger",
        )


def dangling_references(history: Sequence[Entry[Event]]) -> Iterator[Finding]:
    """References to ids that nothing introduces."""
    known = {"contact:me"} | {introduced(entry.event) for entry in _facts(history)}
    for entry in _facts(history):
        for field, id_, kinds in referred(entry.event):
            if not any(f"{kind}:{id_}" in known for kind in kinds):
                kind = " or ".join(kinds)
                yield Finding(
                    code="dangling-reference",
                    severity="error",
                    message=f"{field} of #{entry.seq} names the {kind} {id_!r}, "
                    "which nothing introduces",
                    entries=(entry.id,),
                    mend=f"record the event that introduces it, or amend #{entry.seq}",
                )


def introduced_twice(history: Sequence[Entry[Event]]) -> Iterator[Finding]:
    """Ids that more than one entry introduces."""
    by_name: defaultdict[str, list[Entry[Action]]] = defaultdict(list)
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
                message=f"the {kind} {id_!r} is introduced by "
                + " and ".join(f"#{entry.seq}" for entry in entries),
                entries=tuple(entry.id for entry in entries),
                mend="void the one that is wrong, or amend it to another id",
            )


_SPANS: Final = (
    ("role", RoleStarted, (RoleEnded,), "role"),
    ("course", CourseStarted, (CourseFinished, CourseDropped), "course"),
    ("challenge", ChallengeTaken, (ChallengeResolved,), "challenge"),
)


def ended_before_start(history: Sequence[Entry[Event]]) -> Iterator[Finding]:
    """Roles, courses and challenges that ended before they started."""
    for kind, start, ends, field in _SPANS:
        starts = {
            getattr(entry.event, field): entry
            for entry in _facts(history)
            if isinstance(entry.event, start)
        }
        for entry in _facts(history):
            if not isinstance(entry.event, ends):
                continue
            begun = starts.get(getattr(entry.event, field))
            if begun is not None and entry.event.on.last_day < begun.event.on.first_day:
                yield Finding(
                    code="ended-before-start",
                    severity="error",
                    message=f"the {kind} {getattr(entry.event, field)!r} ended on "
                    f"{entry.event.on} (#{entry.seq}) and started on "
                    f"{begun.event.on} (#{begun.seq})",
                    entries=(begun.id, entry.id),
                    mend="amend the date that is wrong",
                )


def _facts(history: Sequence[Entry[Event]]) -> "list[Entry[Action]]":
    return [entry for entry in history if isinstance(entry.event, Action)]  # type: ignore[misc]


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
