"""How entries are written and read back. ``Journal`` is one ledger in one store."""

from careerledger.journal.read import Journal

__all__ = ["Journal"]
