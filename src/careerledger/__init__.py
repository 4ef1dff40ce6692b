"""Record the events of a career in an append-only ledger, and ask what they amount to."""

from typing import TYPE_CHECKING

from careerledger._loading import on_demand

if TYPE_CHECKING:  # each is loaded on first use, so that the command starts quickly
    from careerledger.dates import PartialDate as PartialDate
    from careerledger.errors import CareerLedgerError as CareerLedgerError
    from careerledger.history import Draft as Draft, Entry as Entry
    from careerledger.journal.converter import (
        event_from_dict as event_from_dict,
        event_to_dict as event_to_dict,
    )
    from careerledger.ledger import Ledger as Ledger
else:
    __getattr__, __dir__ = on_demand(__name__)

__all__ = [
    "CareerLedgerError",
    "Draft",
    "Entry",
    "Ledger",
    "PartialDate",
    "event_from_dict",
    "event_to_dict",
]

__version__ = "0.1.0"
