"""Correct without erasing: entries about earlier entries.

``Ledger.void``, ``Ledger.amend`` and ``Ledger.forget`` make them; nobody records them by hand.
"""

from typing import Annotated

from careerledger.events import Action, Event, Predicate, Text, UnknownEvent
from careerledger.events.base import correction


def _is_a_fact(event: Event) -> bool:
    return isinstance(event, Action | UnknownEvent)


@correction("entry.voided")
class EntryVoided(Event):
    """An earlier entry counts as if it had never been recorded."""

    target: Text
    """The id of that entry."""
    reason: Text


@correction("entry.amended")
class EntryAmended(Event):
    """An earlier entry counts as if this event had been recorded in its place."""

    target: Text
    """The id of that entry."""
    event: Annotated[Event, Predicate(_is_a_fact, "an event that is not itself a correction")]
    """What it should have said."""
    reason: Text


@correction("subject.forgotten")
class SubjectForgotten(Event):
    """What was kept of a person was erased; that it had been there stays in the log."""

    kind: Text
    """What kind of id the person has, such as ``"contact"``."""
    id: Text
    """The person's id."""
    reason: Text
