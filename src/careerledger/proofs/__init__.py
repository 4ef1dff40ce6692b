"""Show what a ledger holds, to people who need not trust whoever keeps it.

``verify`` checks a proof without a ledger. What proofs rest on: the Merkle tree of RFC 6962
(``merkle``), signed notes and checkpoints as C2SP has them (``notes``, ``checkpoint``), and
commitments to what can be erased (``personal``).
"""

from typing import TYPE_CHECKING

from careerledger._loading import on_demand
from careerledger.proofs.merkle import Frontier, leaf_hash

if TYPE_CHECKING:
    from careerledger.proofs.checkpoint import Checkpoint
    from careerledger.proofs.inclusion import Proof, Proved, verify
    from careerledger.proofs.notes import PublicKey, SigningKey

__all__ = [
    "Checkpoint",
    "Frontier",
    "Proof",
    "Proved",
    "PublicKey",
    "SigningKey",
    "leaf_hash",
    "verify",
]

# A ledger needs the tree alone.
__getattr__, __dir__ = on_demand(
    globals(),
    {
        "Checkpoint": "checkpoint",
        "Proof": "inclusion",
        "Proved": "inclusion",
        "PublicKey": "notes",
        "SigningKey": "notes",
        "verify": "inclusion",
    },
)
