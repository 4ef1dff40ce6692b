"""Proofs that an entry is in a ledger, without revealing the other entries.

As text, a proof is a C2SP tlog-proof: the entry's bytes, its index, the hashes that lead from it to
the root hash, and the checkpoint that signs the root hash.

Source: https://c2sp.org/tlog-proof, and RFC 6962 (Laurie, Langley & Kasper, 2013), section 2.1.1.
"""

import re
from typing import Any, Final

import attrs

from careerledger.arguments import check_type, wrong
from careerledger.errors import ProofError
from careerledger.proofs._base64 import decode, encode
from careerledger.proofs._json import read_json
from careerledger.proofs.checkpoint import Checkpoint
from careerledger.proofs.merkle import HASH_SIZE, leaf_hash, root_from
from careerledger.proofs.notes import PublicKey
from careerledger.proofs.personal import read_disclosures

__all__ = ["Proof", "ProvedEntry", "verify"]

_FORMAT: Final = re.compile(
    r"c2sp\.org/tlog-proof@v1\n"
    r"extra (?P<extra>[A-Za-z0-9+/=]+)\n"
    r"index (?P<index>0|[1-9][0-9]{0,17})\n"
    r"(?P<path>(?:[A-Za-z0-9+/=]{44}\n){0,64})\n"
    r"(?P<checkpoint>.*)",
    re.ASCII | re.DOTALL,
)
_MAX_CHARACTERS: Final = 5_000_000
"""Enough for the largest entry."""


@attrs.frozen
class Proof:
    """An entry and the hashes that lead from it to its ledger's root hash.

    ``str(proof)`` is its text, to be saved or sent.
    """

    index: int
    """The entry's index in the ledger, from 0: its number minus 1."""
    entry: bytes
    """The entry's bytes as stored: one JSON object."""
    path: tuple[bytes, ...]
    """The hashes from the entry up to the root, nearest first; 32 bytes each."""
    disclosures: bytes = b""
    """The personal data that the proof discloses, one disclosure a line."""
    checkpoint: str = ""
    """The signed checkpoint of the root hash; empty: sent separately."""

    def __attrs_post_init__(self) -> None:
        for name, kind in _KINDS.items():
            value: Any = getattr(self, name)
            fits = isinstance(value, kind)
            if fits and kind is tuple:
                fits = all(isinstance(node, bytes) for node in value)
            if not fits:
                raise wrong(name, value, f"it must be {_NAMES[kind]}, as ledger.prove makes it")

    @classmethod
    def from_text(cls, text: str) -> "Proof":
        """Read a proof from its text; raise ProofError if it is not one."""
        check_type("proof", text, str, "it must be a result of ledger.prove, or its text")
        parts = _FORMAT.fullmatch(text) if len(text) <= _MAX_CHARACTERS else None
        if parts is None:
            raise ProofError("not a proof: the text does not have the form c2sp.org/tlog-proof@v1")
        extra = decode(parts["extra"])
        lines = parts["path"].split()
        path = [node for line in lines if (node := decode(line)) and len(node) == HASH_SIZE]
        if extra is None or len(path) < len(lines):
            raise ProofError("not a proof: one of its lines is not valid Base64")
        entry, _, disclosures = extra.partition(b"\n")
        return cls(
            index=int(parts["index"]),
            entry=entry,
            path=tuple(path),
            disclosures=disclosures,
            checkpoint=parts["checkpoint"],
        )

    def __str__(self) -> str:
        extra = self.entry + (b"\n" + self.disclosures if self.disclosures else b"")
        head = ["c2sp.org/tlog-proof@v1", f"extra {encode(extra)}", f"index {self.index}"]
        return "\n".join([*head, *map(encode, self.path), "", self.checkpoint])


_KINDS: Final[dict[str, type]] = {
    "index": int,
    "entry": bytes,
    "path": tuple,
    "disclosures": bytes,
    "checkpoint": str,
}
_NAMES: Final[dict[type, str]] = {
    int: "a whole number",
    bytes: "bytes",
    tuple: "a tuple of bytes",
    str: "text",
}


@attrs.frozen
class ProvedEntry:
    """A proved fact: this entry was in that ledger when the checkpoint was signed."""

    seq: int
    """The entry's number."""
    entry: dict[str, Any]
    """The entry as stored: ``id``, ``type``, ``version``, ``recorded_at``, ``key``, ``source``,
    ``batch`` and ``event``. The event has only those personal fields that the proof discloses."""
    withheld: tuple[str, ...]
    """The personal fields that the proof does not disclose."""
    checkpoint: Checkpoint


def verify(proof: Proof | str, checkpoint: str, public_key: PublicKey | str) -> ProvedEntry:
    """Verify a proof without a ledger, and return what it proves.

    Args:
        proof: A result of ``ledger.prove``, or its text.
        checkpoint: A result of ``ledger.checkpoint``, from someone you trust to have had it by the
            date in question.
        public_key: The public key of the ledger's owner, or its text.

    Raises:
        ProofError: The proof is invalid: the checkpoint was not signed with that key, or the entry
            was changed or is not in that ledger.
        MissingExtraError: cryptography is not installed.
    """
    if not isinstance(proof, Proof):
        proof = Proof.from_text(proof)
    head = Checkpoint.from_text(checkpoint, public_key)
    if root_from(leaf_hash(proof.entry), proof.index, head.size, proof.path) != head.root:
        raise ProofError(
            f"the proof does not lead to this checkpoint of {head.size} entries: it belongs to "
            "another checkpoint, or one of the two was changed; get both again from the owner"
        )
    entry, withheld = _read_entry(proof)
    return ProvedEntry(seq=proof.index + 1, entry=entry, withheld=withheld, checkpoint=head)


def _read_entry(proof: Proof) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the entry with its disclosed fields, and the names of the withheld ones."""
    try:
        entry: Any = read_json(proof.entry)
        commitments: dict[str, str] = entry.get("personal", {})
        event: dict[str, Any] = entry["event"]
        if entry["type"] == "entry.amended":
            event = event["event"]["event"]
        lines = proof.disclosures
        disclosures = read_disclosures(lines, commitments) if lines else {}
        for field in commitments:
            if field in disclosures:
                event[field] = disclosures[field]["value"]
            else:
                del event[field]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ProofError(f"the proved bytes are not an entry: {error}") from error
    return entry, tuple(sorted(commitments.keys() - disclosures.keys()))
