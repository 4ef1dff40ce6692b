"""Describe an entry and its corrections in lines of text."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from careerledger.events import Event
from careerledger.events.correction import EntryAmended, EntryVoided, SubjectForgotten
from careerledger.events.ids import introduced, named
from careerledger.history import Entry
from careerledger.report.event_words import event_words

__all__ = ["correction_text", "entry_lines"]


def entry_lines(entry: Entry[Any], log: Sequence[Entry[Any]]) -> Iterator[str]:
    """Yield the lines about an entry as it was recorded, and about its corrections.

    Args:
        entry: The entry.
        log: All entries of the ledger, as they were recorded.
    """
    numbers = {each.id: each.seq for each in log}
    on = getattr(entry.event, "on", None)
    yield f"#{entry.seq} {entry.type}" + ("" if on is None else f" on={on}")
    if isinstance(entry.event, EntryAmended | EntryVoided | SubjectForgotten):
        yield f"  {correction_text(entry, numbers)}"
    words = event_words(entry.event.event if isinstance(entry.event, EntryAmended) else entry.event)
    if not isinstance(entry.event, EntryVoided | SubjectForgotten):
        yield from (f"  {word}" for word in words)
    yield f"recorded at {_instant(entry.recorded_at)}"
    for name in ("id", "key", "source", "batch"):
        if (text := getattr(entry, name)) is not None:
            yield f"{name} {text}"
    for correction in log:
        if _is_about(correction.event, entry):
            yield f"#{correction.seq} {correction_text(correction, numbers)}"
            if isinstance(correction.event, EntryAmended):
                new = event_words(correction.event.event, always=())
                new_on = getattr(correction.event.event, "on", None)
                yield from _changes([f"on={on}", *words], [f"on={new_on}", *new])
                on, words = new_on, new


def correction_text(correction: Entry[Any], numbers: dict[str, int] | None = None) -> str:
    """Return what a correction did, when, and why.

    Args:
        correction: The entry of the correction.
        numbers: The number of each entry by its id; None: call its target "it".
    """
    event = correction.event
    if isinstance(event, SubjectForgotten):
        done = f"erased the personal data of {event.kind} {event.id!r}"
    else:
        verb = "amended" if isinstance(event, EntryAmended) else "voided"
        done = f"{verb} it" if numbers is None else f"{verb} #{numbers.get(event.target, '?')}"
    return f"{done} on {correction.recorded_at.date()}: {event.reason}"


def _is_about(event: Event, entry: Entry[Any]) -> bool:
    """Return whether an event is a correction of an entry."""
    if isinstance(event, EntryAmended | EntryVoided):
        return event.target == entry.id
    if isinstance(event, SubjectForgotten):
        return f"{event.kind}:{event.id}" in {introduced(entry.event), *named(entry.event)}
    return False


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterable[str]:
    """Yield the words that an amendment took away and added."""
    yield from (f"  - {word}" for word in old if word not in new)
    yield from (f"  + {word}" for word in new if word not in old)


def _instant(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"
