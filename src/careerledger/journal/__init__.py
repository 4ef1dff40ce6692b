"""How entries are written and read back. ``Journal`` is one ledger in one store."""

from careerledger.journal.read import Journal
from careerledger.stores import Place, Query, Snapshot

__all__ = ["Journal", "Place", "Query", "Snapshot"]
