"""Correct without erasing: entries about earlier entries.

Of two corrections of one entry the last counts. Their envelopes tell who states them:

| key | source | what it is |
|---|---|---|
| yes | yes | a statement of that source, in place of its earlier one; a void takes it back |
| no | no | the word of the person: it stays, whatever a source says |
| no | yes | a result: what counts after the statements and words before it |
"""

from typing import Annotated

from careerledger.events import Action, Event, MinLen, Predicate, Text, Texts, UnknownEvent, field
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
    fields: Texts = field(default=())
    """The fields that it corrects, where the person amended some; empty: all fields."""
    reason: Text


@correction("batch.undone")
class BatchUndone(Event):
    """Batches were undone: what was recorded in them counts as if it had never been recorded.

    An undone batch of an undo brings back what that undid.
    """

    batches: Annotated[Texts, MinLen(1)]
    """The names of the batches."""
    reason: Text | None = None


@correction("subject.forgotten")
class SubjectForgotten(Event):
    """The personal data about someone was erased; the log still shows that there was some."""

    kind: Text
    """The kind of the person's id, such as ``"contact"``."""
    id: Text
    """The person's id."""
    reason: Text
