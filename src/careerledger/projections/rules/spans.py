"""What begins and ends in a career: visions, goals, courses, challenges, roles and the like."""

from collections.abc import Collection, Sequence

import attrs

from careerledger.events import Action
from careerledger.history import Entry
from careerledger.projections.rules.ends import ends, supersedes


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


def begins(event: Action) -> tuple[str, str] | None:
    """Return the kind and id of what an event begins, if it introduces something."""
    introduces = event.__event__.introduces
    return None if introduces is None else _named(event, *introduces)


def ended_by(event: Action) -> tuple[str, str] | None:
    """Return the kind and id of what an event ends, if it ends something."""
    what = event.__event__.ends
    return None if what is None else _named(event, *what)


def _named(event: Action, field: str, kind: str) -> tuple[str, str] | None:
    id_: str | None = getattr(event, field)
    return None if id_ is None else (kind, id_)


def spans(facts: Sequence[Entry[Action]], kinds: Collection[str] | None = None) -> dict[str, Span]:
    """Return what has begun, as ``"kind:id"``, in the order of the history.

    Args:
        facts: A history.
        kinds: Which kinds of things; default: all that events introduce.
    """
    started: dict[tuple[str, str], Entry[Action]] = {}
    ended: dict[tuple[str, str], Entry[Action]] = {}
    for entry in facts:
        start, over = begins(entry.event), ended_by(entry.event)
        if start is not None and (kinds is None or start[0] in kinds):
            started[start] = entry
        if over is not None:
            before = ended.get(over)
            if supersedes(entry.event.on, before.event.on if before else None):
                ended[over] = entry
    spans: dict[str, Span] = {}
    for (kind, id_), begun in started.items():
        end = ended.get((kind, id_))
        if end is not None and not ends(end.event.on, begun.event.on):
            end = None
        spans[f"{kind}:{id_}"] = Span(kind=kind, id=id_, start=begun, end=end)
    return spans
