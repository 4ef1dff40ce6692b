"""Checkpoints (C2SP tlog-checkpoint): what a ledger held, signed.

Source: https://c2sp.org/tlog-checkpoint.
"""

import re
from typing import Final

import attrs

from careerledger.errors import ProofError
from careerledger.proofs._base64 import decoded, encoded
from careerledger.proofs.merkle import HASH_SIZE
from careerledger.proofs.notes import PublicKey, SigningKey, opened

__all__ = ["Checkpoint"]

_LINES: Final = 3
_SIZE: Final = re.compile("0|[1-9][0-9]{0,17}", re.ASCII)


@attrs.frozen
class Checkpoint:
    """The size and root hash of a ledger: what it held, down to the last byte."""

    origin: str
    """Whose ledger: the name of the key that signs."""
    size: int
    """How many entries."""
    root: bytes
    """The root hash of the RFC 6962 tree over them; 32 bytes."""

    @classmethod
    def from_text(cls, note: str, public_key: PublicKey | str | None = None) -> "Checkpoint":
        """The checkpoint in a signed note.

        Args:
            note: What ``ledger.checkpoint`` made.
            public_key: The key that must have signed it, or its text; None: whichever did.

        Raises:
            ProofError: It is no checkpoint, or was not signed with this key.
        """
        key = PublicKey.from_text(public_key) if isinstance(public_key, str) else public_key
        lines = opened(note, key).split("\n")
        lines.pop()
        if len(lines) < _LINES or not all(lines):
            raise ProofError("not a checkpoint: it has no lines for origin, size and root")
        origin, size, hashed = lines[:_LINES]
        root = decoded(hashed)
        if not _SIZE.fullmatch(size) or root is None or len(root) != HASH_SIZE:
            raise ProofError(f"not a checkpoint: {size!r} and {hashed!r} are no size and root")
        if key is not None and origin != key.name:
            raise ProofError(f"the checkpoint is of {origin!r}, but {key.name!r} signed it")
        return cls(origin, int(size), root)

    def signed(self, key: SigningKey) -> str:
        """The checkpoint as a note, signed with this key."""
        return key.sign(f"{self.origin}\n{self.size}\n{encoded(self.root)}\n")
