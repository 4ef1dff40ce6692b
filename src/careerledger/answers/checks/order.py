"""Is anything ended more than once?

An end that lies wholly before its beginning cannot be a fact, and a strict ledger refuses it. Two
ends of one thing can be facts, such as a course that was given up and later finished after all.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from careerledger.answers.finding import Finding, facts, ids, numbers
from careerledger.events import Action, Event
from careerledger.events.ownership import RequestAnswered
from careerledger.history import Entry
from careerledger.projections.rules.spans import ended_by

__all__ = ["ended_twice"]


def ended_twice(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find roles, courses, challenges, requests and the like that end more than once.

    A deferred answer ends nothing: another one is expected.
    """
    ends: defaultdict[tuple[str, str], list[Entry[Action]]] = defaultdict(list)
    for entry in facts(history):
        over = ended_by(entry.event)
        if over is not None and not _is_deferred(entry.event):
            ends[over].append(entry)
    for (kind, id_), entries in ends.items():
        if len(entries) > 1:
            yield Finding(
                code="ended-twice",
                severity="warning",
                message=f"the {kind} {id_!r} is ended {len(entries)} times, by {numbers(entries)}",
                entries=ids(*entries),
                fix="void the ones that are wrong; if all are right, let them stand: the one that "
                "reaches furthest counts",
            )


def _is_deferred(event: Action) -> bool:
    return isinstance(event, RequestAnswered) and event.outcome == "deferred"
