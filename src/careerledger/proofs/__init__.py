"""Prove what a ledger contains to people who need not trust its owner.

``verify`` checks a proof without a ledger. Proofs are built from the Merkle tree of RFC 6962
(``merkle``), the signed notes and checkpoints of C2SP (``notes``, ``checkpoint``), and commitments
to personal data, which can be erased (``personal``).
"""

from typing import TYPE_CHECKING

from careerledger._loading import on_demand
from careerledger.proofs.merkle import Frontier as Frontier, leaf_hash as leaf_hash

if TYPE_CHECKING:  # a ledger itself needs only the tree
    from careerledger.proofs.checkpoint import Checkpoint as Checkpoint
    from careerledger.proofs.inclusion import (
        Proof as Proof,
        ProvedEntry as ProvedEntry,
        verify as verify,
    )
    from careerledger.proofs.notes import PublicKey as PublicKey, SigningKey as SigningKey

__getattr__, __dir__ = on_demand(__name__)
