"""Does the record contradict itself? What cannot all be true, and what has no effect.

These checks are about all that is on record, whatever the day of the question.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from careerledger.answers.checks.names import shown_id, similar_id
from careerledger.answers.finding import Finding, Severity, facts, ids, listed, numbers
from careerledger.events import Action, Event, UnknownEvent, introduced, referred
from careerledger.events.network import ContactMade, ContactTouched, ContactUpdated
from careerledger.events.role import RoleChanged
from careerledger.events.vision import GoalSet, VisionRevised
from careerledger.history import Entry
from careerledger.projections.rules.spans import begins, ended_by

__all__ = [
    "FIRSTS",
    "changes_without_effect",
    "contacts_touched_before_made",
    "dangling_references",
    "dates_too_precise",
    "ended_before_start",
    "goals_due_before_set",
    "introduced_twice",
    "unknown_events",
]

FIRSTS: Final = 5
"""On how many days imported events of one type, all on the first of a month, are no accident."""


def unknown_events(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find types of events that this program does not know."""
    unknown: defaultdict[str, list[Entry[Event]]] = defaultdict(list)
    for entry in history:
        if isinstance(entry.event, UnknownEvent):
            unknown[f"{entry.event.type} version {entry.event.version}"].append(entry)
    for kind, entries in sorted(unknown.items()):
        yield Finding(
            code="unknown-event",
            severity="warning",
            message=f"this program does not know {kind}, the event of {numbers(entries)}",
            entries=ids(*entries),
            fix="import the module that defines it, or update careerledger",
        )


def dangling_references(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find references to ids that nothing introduces, unless perhaps an unknown event does."""
    known_facts = facts(history)
    severity: Severity = "error" if len(known_facts) == len(history) else "warning"
    known = {"contact:me"} | {name for e in known_facts if (name := introduced(e.event))}
    missing: dict[tuple[str, tuple[str, ...]], dict[int, tuple[str, Entry[Action]]]] = {}
    for entry in known_facts:
        for field, id_, kinds in referred(entry.event):
            if not any(f"{kind}:{id_}" in known for kind in kinds):
                missing.setdefault((id_, kinds), {}).setdefault(entry.seq, (field, entry))
    similar = _by_similar_id(known) if missing else {}
    for (id_, kinds), references in missing.items():
        fields = [f"{field} of #{number}" for number, (field, _) in references.items()]
        entries = [entry for _, entry in references.values()]
        near = next(filter(None, (similar.get((kind, similar_id(id_))) for kind in kinds)), None)
        yield Finding(
            code="dangling-reference",
            severity=severity,
            message=f"{listed(fields)} {'names' if len(fields) == 1 else 'name'} the "
            f"{' or '.join(kinds)} {shown_id(id_)}, which nothing introduces"
            + (f"; {shown_id(near)} is introduced" if near else ""),
            entries=ids(*entries),
            fix=f"amend {numbers(entries)} to {shown_id(near)}"
            if near
            else f"record the event that introduces it, or amend {numbers(entries)}",
        )


def _by_similar_id(names: Iterable[str]) -> dict[tuple[str, str], str]:
    """Return ids by their kind and by what similar ids have in common."""
    parts = (name.partition(":") for name in sorted(names))
    return {(kind, similar_id(id_)): id_ for kind, _, id_ in parts}


def introduced_twice(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find ids that more than one entry introduces."""
    by_name: defaultdict[str, list[Entry[Event]]] = defaultdict(list)
    for entry in facts(history):
        name = introduced(entry.event)
        if name is not None:
            by_name[name].append(entry)
    for name, entries in by_name.items():
        if len(entries) > 1:
            kind, _, id_ = name.partition(":")
            yield Finding(
                code="introduced-twice",
                severity="error",
                message=f"the {kind} {id_!r} is introduced by {numbers(entries)}",
                entries=ids(*entries),
                fix="void the one that is wrong, or amend it to another id",
            )


def ended_before_start(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find roles, courses, requests and the like that end wholly before their start."""
    known = facts(history)
    starts = {begins(entry.event): entry for entry in known}
    early: defaultdict[tuple[str, str], list[Entry[Action]]] = defaultdict(list)
    for entry in known:
        over = ended_by(entry.event)
        begun = None if over is None else starts.get(over)
        if over and begun and entry.event.on.last_day < begun.event.on.first_day:
            early[over].append(entry)
    for (kind, id_), entries in early.items():
        begun = starts[kind, id_]
        ends = [f"{entry.event.on} (#{entry.seq})" for entry in entries]
        yield Finding(
            code="ended-before-start",
            severity="error",
            message=f"the {kind} {id_!r} ended on {listed(ends)}, "
            f"before it started on {begun.event.on} (#{begun.seq})",
            entries=ids(begun, *entries),
            fix="amend the date that is wrong",
        )


def contacts_touched_before_made(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find contacts with touches wholly before they became contacts."""
    firsts: dict[str, Entry[Action]] = {}
    touched: defaultdict[str, list[Entry[Action]]] = defaultdict(list)
    for entry in facts(history):
        if isinstance(entry.event, ContactMade):
            firsts.setdefault(entry.event.contact, entry)
        elif isinstance(entry.event, ContactTouched):
            touched[entry.event.contact].append(entry)
    for contact, first in firsts.items():
        begun = first.event.on
        early = [e for e in touched[contact] if e.event.on.last_day < begun.first_day]
        if early:
            yield Finding(
                code="touched-before-made",
                severity="warning",
                message=f"the contact {contact!r} was made on {begun} (#{first.seq}), "
                f"after being touched by {numbers(early)}",
                entries=ids(first, *early),
                fix=f"amend #{first.seq} to when you met, or the touches to when they were",
            )


def goals_due_before_set(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find goals that were due wholly before they were set."""
    for entry in facts(history):
        goal = entry.event
        if isinstance(goal, GoalSet) and goal.due and goal.due.last_day < goal.on.first_day:
            yield Finding(
                code="due-before-set",
                severity="warning",
                message=f"the goal {goal.goal!r} was due on {goal.due}, "
                f"before it was set on {goal.on} (#{entry.seq})",
                entries=ids(entry),
                fix="amend its due date, or the date on which it was set",
            )


_CHANGES: Final = (
    (VisionRevised, "vision"),
    (ContactUpdated, "contact"),
    (RoleChanged, "role"),
)


def changes_without_effect(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find changes of visions, contacts and roles that come before these in the history.

    A history is ordered by date, in which a year comes before all its months: a vision revised in
    ``"2024"`` and declared in ``"2024-03"`` is declared after that, as it was before. A role's
    change has an effect if it shares a day with the role's start.
    """
    early: defaultdict[str, list[Entry[Action]]] = defaultdict(list)
    begun: set[str] = set()
    for entry in facts(history):
        for change, kind in _CHANGES:
            if isinstance(entry.event, change):
                changed = f"{kind}:{getattr(entry.event, kind)}"
                if changed not in begun:
                    early[changed].append(entry)
        name = introduced(entry.event)
        if name is None or name in begun:
            continue
        begun.add(name)
        kind, _, id_ = name.partition(":")
        changes = [
            change
            for change in early.get(name, ())
            if kind != "role" or change.event.on.last_day < entry.event.on.first_day
        ]
        if changes:
            yield Finding(
                code="change-without-effect",
                severity="warning",
                message=f"the {kind} {id_!r} is changed by {numbers(changes)} before it begins "
                f"on {entry.event.on} (#{entry.seq}), so that the change has no effect",
                entries=ids(*changes, entry),
                fix="amend the change to a date after that, such as the month or the day",
            )


def dates_too_precise(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find imported dates that look like a year or a month written as its first day.

    Those are 1 January, and the first of a month where all that was imported of a type with a
    day has it. Events that share a day count once: a file gives its own date to all its skills.
    """
    by_type: defaultdict[str, list[Entry[Action]]] = defaultdict(list)
    for entry in facts(history):
        if entry.key is not None and entry.event.on.precision == "day":
            by_type[entry.type].append(entry)
    for name, entries in sorted(by_type.items()):
        days = [entry.event.on.first_day for entry in entries]
        if len(set(days)) >= FIRSTS and all(day.day == 1 for day in days):
            odd, what = entries, f"every imported {name} is on the first of a month"
        else:
            odd = [
                e for e, day in zip(entries, days, strict=True) if (day.month, day.day) == (1, 1)
            ]
            what = f"imported as {name} on 1 January"
        if odd:
            yield Finding(
                code="too-precise-date",
                severity="note",
                message=f"{what}, which may stand for a longer time: {numbers(odd)}",
                entries=ids(*odd),
                fix="where only the month or the year is known, amend the date to it, "
                f"such as {odd[0].event.on[:4]!r}",
            )
