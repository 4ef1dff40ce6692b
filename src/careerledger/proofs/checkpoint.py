"""Checkpoints (C2SP tlog-checkpoint): the signed size and root hash of a ledger.

Source: https://c2sp.org/tlog-checkpoint.
"""

import re
from typing import Final

import attrs

from careerledger.arguments import check_type
from careerledger.errors import ProofError
from careerledger.proofs._base64 import decode, encode
from careerledger.proofs.merkle import HASH_SIZE
from careerledger.proofs.notes import PublicKey, SigningKey, verify_note

__all__ = ["Checkpoint"]

_LINES: Final = 3
_SIZE: Final = re.compile("0|[1-9][0-9]{0,17}", re.ASCII)


@attrs.frozen
class Checkpoint:
    """The size and root hash of a ledger, which together fix every byte of its entries."""

    origin: str
    """The ledger's owner: the name of the signing key."""
    size: int
    """The number of entries."""
    root: bytes
    """The root hash of the RFC 6962 tree over the entries; 32 bytes."""

    @classmethod
    def from_text(cls, note: str, public_key: PublicKey | str | None = None) -> "Checkpoint":
        """Read the checkpoint in a signed note.

        Args:
            note: A result of ``ledger.checkpoint``.
            public_key: The key that must have signed it, or the key's text; None: the signature is
                not checked.

        Raises:
            ProofError: The note is not a checkpoint, or was not signed with this key.
        """
        check_type("checkpoint", note, str, "it must be text that ledger.checkpoint returned")
        if public_key is None or isinstance(public_key, PublicKey):
            key = public_key
        else:
            key = PublicKey.from_text(public_key)
        lines = verify_note(note, key).split("\n")
        lines.pop()
        if len(lines) < _LINES or not all(lines):
            raise ProofError(
                "not a checkpoint: the lines for origin, size and root hash are missing"
            )
        origin, size, root_text = lines[:_LINES]
        root = decode(root_text)
        if not _SIZE.fullmatch(size) or root is None or len(root) != HASH_SIZE:
            raise ProofError(
                f"not a checkpoint: {size!r} and {root_text!r} are not a size and a root hash"
            )
        if key is not None and origin != key.name:
            raise ProofError(
                f"the checkpoint belongs to {origin!r}, but was signed by {key.name!r}; use the "
                f"key of {origin!r}"
            )
        return cls(origin, int(size), root)

    def signed(self, key: SigningKey) -> str:
        """Return the checkpoint as a note that is signed with this key."""
        check_type(
            "key", key, SigningKey, "it must be a SigningKey, such as SigningKey.generate('ada')"
        )
        return key.sign(f"{self.origin}\n{self.size}\n{encode(self.root)}\n")
