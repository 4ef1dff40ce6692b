"""Show what a ledger holds, to people who need not trust whoever keeps it.

``verify`` checks a proof without a ledger. What proofs rest on: the Merkle tree of RFC 6962
(``merkle``), signed notes and checkpoints as C2SP has them (``notes``, ``checkpoint``), and
commitments to what can be erased (``personal``).
"""

from typing import TYPE_CHECKING

from careerledger._loading import on_demand
from careerledger.proofs.merkle import Frontier as Frontier, leaf_hash as leaf_hash

if TYPE_CHECKING:  # a ledger needs the tree alone
    from careerledger.proofs.checkpoint import Checkpoint as Checkpoint
    from careerledger.proofs.inclusion import Proof as Proof, Proved as Proved, verify as verify
    from careerledger.proofs.notes import PublicKey as PublicKey, SigningKey as SigningKey

__getattr__, __dir__ = on_demand(__name__)
