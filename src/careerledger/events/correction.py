"""Correct without erasing: entries about earlier entries.

Only ``Ledger.void``, ``Ledger.amend`` and ``Ledger.forget`` record them.
"""

from typing import Annotated

from careerledger.events import Action, Event, Predicate, Text, UnknownEvent
from careerledger.events.base import correction


def _is_a_fact(event: Event) -> bool:
    return isinstance(event, Action | UnknownEvent)


@correction("entry.voided")
class EntryVoided(Event):
    """An earlier entry was voided: it counts as if it had never been recorded."""

    target: Text
    """The id of the entry."""
    reason: Text


@correction("entry.amended")
class EntryAmended(Event):
    """An earlier entry was amended: it counts as if this event had been recorded instead."""

    target: Text
    """The id of the entry."""
    event: Annotated[Event, Predicate(_is_a_fact, "an event that is not itself a correction")]
    """The event that replaces the earlier one."""
    reason: Text


@correction("subject.forgotten")
class SubjectForgotten(Event):
    """The personal data about someone was erased; the log still shows that there was some."""

    kind: Text
    """The kind of the person's id, such as ``"contact"``."""
    id: Text
    """The person's id."""
    reason: Text
