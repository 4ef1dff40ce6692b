"""Find what needs attention on the day of the question.

What begins after that day has not happened yet. A coarse date is given the benefit of the doubt:
"2024" is after "2024-03" only if all of it is, and a time is too long only if it surely is.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from careerledger.answers.checks.clusters import Clusters
from careerledger.answers.finding import Finding, facts_until, ids, listed, numbers
from careerledger.events import Action, Event, introduced, referred
from careerledger.events.learning import CredentialAwarded
from careerledger.events.reflection import ReflectionWritten
from careerledger.events.vision import GoalAssessed, GoalSet, VisionDeclared, VisionRevised
from careerledger.history import Entry
from careerledger.projections.rules.renewals import holds_until, not_renewed
from careerledger.projections.rules.spans import Span, spans

__all__ = [
    "CHALLENGE_DAYS",
    "GAP_DAYS",
    "OVERLAP_DAYS",
    "VISION_DAYS",
    "dormant_references",
    "expired_credentials",
    "gaps_between_roles",
    "open_challenges",
    "overdue_goals",
    "overlapping_roles",
    "stale_visions",
    "unreflected_roles",
]

OVERLAP_DAYS: Final = 31
"""For how many days two roles may overlap, as when one is handed over."""
GAP_DAYS: Final = 183
"""How many days may lie between two roles."""
CHALLENGE_DAYS: Final = 365
"""For how many days a challenge may be open."""
VISION_DAYS: Final = 730
"""For how many days a vision may be neither declared nor revised."""

_PAIR: Final = 2


def dormant_references(history: Sequence[Entry[Event]], at: date) -> Iterator[Finding]:
    """Find actions wholly after the end of what they refer to: work in a role that has ended.

    What shows the practice of reflection looks back, so it may. Where an id could mean several
    things, all of them must have ended.
    """
    known = facts_until(history, at)
    names = {introduced(entry.event) for entry in known}
    ended = {name: span.end for name, span in spans(known).items() if span.end is not None}
    late: defaultdict[str, list[Entry[Action]]] = defaultdict(list)
    for entry in known:
        if entry.event.__event__.practice == "reflection":
            continue
        day = entry.event.on.first_day
        for _, id_, kinds in referred(entry.event):
            meant = [name for kind in kinds if (name := f"{kind}:{id_}") in names]
            if meant and all(n in ended and ended[n].event.on.last_day < day for n in meant):
                late[meant[0]].append(entry)
    for name, entries in late.items():
        kind, _, id_ = name.partition(":")
        end = ended[name]
        yield Finding(
            code="dormant-reference",
            severity="warning",
            message=f"the {kind} {id_!r} ended on {end.event.on} (#{end.seq}), "
            f"but is referred to later by {numbers(entries)}",
            entries=ids(end, *entries),
            fix=f"amend what refers to it, or the end if that is wrong (#{end.seq})",
        )


def overlapping_roles(history: Sequence[Entry[Event]], at: date) -> Iterator[Finding]:
    """Find roles held at the same time for longer than a handover takes.

    Roles that overlap, directly or through others, are one finding.
    """
    roles = _spans_of("role", history, at)
    starts = [span.start.event.on.last_day for span in roles]
    ends = [span.end.event.on.first_day if span.end else at for span in roles]
    clusters = Clusters(len(roles))
    overlaps: dict[int, tuple[int, int]] = {}
    lasting: int | None = None
    for number in sorted(range(len(roles)), key=starts.__getitem__):
        if lasting is not None:
            days = (min(ends[lasting], ends[number]) - starts[number]).days + 1
            if days > OVERLAP_DAYS:
                clusters.join(lasting, number)
                overlaps[number] = days, lasting
        if lasting is None or ends[number] > ends[lasting]:
            lasting = number
    for cluster in clusters.several():
        later = max(filter(overlaps.get, cluster), key=lambda number: overlaps[number][0])
        days, other = overlaps[later]
        longest = " and ".join(repr(roles[number].id) for number in sorted((other, later)))
        described = [f"{roles[number].id!r} (#{roles[number].start.seq})" for number in cluster]
        by = (
            f" by at least {days} days"
            if len(cluster) == _PAIR
            else (f" with one another or through others, {longest} by at least {days} days")
        )
        yield Finding(
            code="overlapping-roles",
            severity="note",
            message=f"the roles {listed(described)} overlap{by}; "
            f"a handover takes no more than {OVERLAP_DAYS}",
            entries=ids(*(roles[number].start for number in cluster)),
            fix="record the end that is missing, or amend the date that is wrong; "
            "if you held them at the same time, ignore this note",
        )


def gaps_between_roles(history: Sequence[Entry[Event]], at: date) -> Iterator[Finding]:
    """Find times between two roles that are longer than a search often takes."""
    left: tuple[str, Entry[Action]] | None = None
    for span in _spans_of("role", history, at):
        if left is not None:
            role, end = left
            days = (span.start.event.on.first_day - end.event.on.last_day).days - 1
            if days > GAP_DAYS:
                yield Finding(
                    code="gap-between-roles",
                    severity="note",
                    message=f"at least {days} days lie between the end of the role {role!r} on "
                    f"{end.event.on} (#{end.seq}) and the start of {span.id!r} on "
                    f"{span.start.event.on} (#{span.start.seq}); a search seldom takes more "
                    f"than {GAP_DAYS}",
                    entries=ids(end, span.start),
                    fix="record the role that is missing, or amend the date that is wrong; "
                    "if there was none, ignore this note",
                )
        if span.end is None:
            return
        if left is None or left[1].event.on.last_day < span.end.event.on.last_day:
            left = span.id, span.end


def expired_credentials(history: Sequence[Entry[Event]], at: date) -> Iterator[Finding]:
    """Find credentials that have expired and were not awarded again by the same issuer."""
    awards = {
        entry.seq: (entry, entry.event)
        for entry in facts_until(history, at)
        if isinstance(entry.event, CredentialAwarded)
    }
    standing = not_renewed(
        (seq, event.name, event.issuer, event.expires) for seq, (_, event) in awards.items()
    )
    for seq, (entry, credential) in awards.items():
        if seq in standing and holds_until(credential.expires) < at:
            yield Finding(
                code="expired-credential",
                severity="warning",
                message=f"the credential {credential.credential!r} ({credential.name!r}, "
                f"#{entry.seq}) expired on {credential.expires}, and no other of its name and "
                "issuer holds longer",
                entries=ids(entry),
                fix="record CredentialAwarded for its renewal, or amend when it expires",
            )


def overdue_goals(history: Sequence[Entry[Event]], at: date) -> Iterator[Finding]:
    """Find goals that were due before the day, and are neither reached nor dropped."""
    levels = {
        entry.event.goal: entry.event.level  # the last assessment counts
        for entry in facts_until(history, at)
        if isinstance(entry.event, GoalAssessed)
    }
    reached = {goal for goal, level in levels.items() if level >= 0}
    for span in _spans_of("goal", history, at):
        due = span.start.event.due if isinstance(span.start.event, GoalSet) else None
        if due and due.last_day < at and span.end is None and span.id not in reached:
            yield Finding(
                code="overdue-goal",
                severity="warning",
                message=f"the goal {span.id!r} (#{span.start.seq}) was due on {due} "
                "and is neither reached nor dropped",
                entries=ids(span.start),
                fix="record GoalAssessed (a level from 0 says reached) or GoalDropped, "
                "or amend its due date",
            )


def open_challenges(history: Sequence[Entry[Event]], at: date) -> Iterator[Finding]:
    """Find challenges that were taken on more than a year ago and are still open."""
    for span in _spans_of("challenge", history, at):
        days = (at - span.start.event.on.last_day).days
        if span.end is None and days > CHALLENGE_DAYS:
            yield Finding(
                code="open-challenge",
                severity="note",
                message=f"the challenge {span.id!r}, taken on {span.start.event.on} "
                f"(#{span.start.seq}), has been open for at least {days} days; "
                f"after {CHALLENGE_DAYS} it is worth asking how it went",
                entries=ids(span.start),
                fix="record ChallengeResolved; withdrawn is an outcome too",
            )


def stale_visions(history: Sequence[Entry[Event]], at: date) -> Iterator[Finding]:
    """Find visions that hold, and that were neither declared nor revised for two years."""
    latest: dict[str, Entry[Action]] = {}
    for entry in facts_until(history, at):
        if isinstance(event := entry.event, VisionDeclared | VisionRevised):
            last = latest.get(event.vision)
            if last is None or last.event.on.last_day <= event.on.last_day:
                latest[event.vision] = entry
    for span in _spans_of("vision", history, at):
        last = latest[span.id]
        days = (at - last.event.on.last_day).days
        if span.end is None and days > VISION_DAYS:
            yield Finding(
                code="stale-vision",
                severity="note",
                message=f"the vision {span.id!r} was last declared or revised on {last.event.on} "
                f"(#{last.seq}), at least {days} days ago; after {VISION_DAYS} it is worth "
                "asking whether it still holds",
                entries=ids(last),
                fix="record VisionRevised, if only with the reason why it holds, or VisionRetired",
            )


def unreflected_roles(history: Sequence[Entry[Event]], at: date) -> Iterator[Finding]:
    """Find roles that have ended without a reflection about them."""
    about = {
        id_
        for entry in facts_until(history, at)
        if isinstance(entry.event, ReflectionWritten)
        for id_ in entry.event.about
    }
    for span in _spans_of("role", history, at):
        if span.end is not None and span.id not in about:
            yield Finding(
                code="unreflected-role",
                severity="note",
                message=f"the role {span.id!r} ended on {span.end.event.on} (#{span.end.seq}), "
                "and no reflection is about it",
                entries=ids(span.end),
                fix=f"record ReflectionWritten with about=[{span.id!r}]",
            )


def _spans_of(kind: str, history: Sequence[Entry[Event]], at: date) -> list[Span]:
    """Return the spans of a kind that had begun by a day, in the order they began."""
    begun = spans(facts_until(history, at), [kind]).values()
    return sorted(begun, key=lambda span: (span.start.event.on, span.start.seq))
