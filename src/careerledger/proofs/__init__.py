"""Hashes that show what a ledger holds and that nothing in it was changed."""

from careerledger.proofs.merkle import Frontier, leaf_hash

__all__ = ["Frontier", "leaf_hash"]
