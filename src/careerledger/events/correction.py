"""Correct without erasing: entries about earlier entries.

``Ledger.void`` and ``Ledger.amend`` make them; nobody records them by hand.
"""

from careerledger.events._event import Event, correction
from careerledger.events._fields import Text


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
    event: Event
    """What it should have said."""
    reason: Text
