"""Record the events of a career in an append-only ledger, and ask what they amount to."""

from careerledger.dates import PartialDate
from careerledger.errors import CareerLedgerError
from careerledger.history import Draft, Entry
from careerledger.journal.converter import event_from_dict, event_to_dict
from careerledger.ledger import Ledger

__all__ = [
    "CareerLedgerError",
    "Draft",
    "Entry",
    "Ledger",
    "PartialDate",
    "event_from_dict",
    "event_to_dict",
]
