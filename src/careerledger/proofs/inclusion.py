"""Proofs that one entry is in a ledger, which reveal nothing of the others.

A proof as text is a transparency log proof (C2SP tlog-proof): the entry's bytes, its place, the
hashes that lead from it to the root, and the checkpoint that signs the root.

Source: https://c2sp.org/tlog-proof, and RFC 6962 (Laurie, Langley & Kasper, 2013), section 2.1.1.
"""

import json
import re
from typing import Any, Final

import attrs

from careerledger.errors import ProofError
from careerledger.proofs._base64 import decoded, encoded
from careerledger.proofs.checkpoint import Checkpoint
from careerledger.proofs.merkle import HASH_SIZE, leaf_hash, root_from
from careerledger.proofs.notes import PublicKey
from careerledger.proofs.personal import disclosed

__all__ = ["Proof", "Proved", "verify"]

_FORM: Final = re.compile(
    r"c2sp\.org/tlog-proof@v1\n"
    r"extra (?P<extra>[A-Za-z0-9+/=]+)\n"
    r"index (?P<index>0|[1-9][0-9]{0,17})\n"
    r"(?P<path>(?:[A-Za-z0-9+/=]{44}\n){0,64})\n"
    r"(?P<checkpoint>.*)",
    re.ASCII | re.DOTALL,
)
_MOST_CHARACTERS: Final = 5_000_000
"""More than an entry of the largest size can need."""


@attrs.frozen
class Proof:
    """One entry, and what leads from it to the root of its ledger.

    ``str(proof)`` is its text, to be kept in a file or mailed.
    """

    index: int
    """The entry's place in the log, from 0: its number less one."""
    entry: bytes
    """The entry as the ledger holds it: one JSON object."""
    path: tuple[bytes, ...]
    """Hashes of 32 bytes that lead from the entry to the root, the nearest first."""
    disclosures: bytes = b""
    """What the ledger keeps beside the entry about other people, as far as it is shown."""
    checkpoint: str = ""
    """The signed checkpoint that it leads to; empty: it goes separately."""

    @classmethod
    def from_text(cls, text: str) -> "Proof":
        """The proof in what ``str(proof)`` made; ProofError where there is none."""
        found = _FORM.fullmatch(text) if len(text) <= _MOST_CHARACTERS else None
        if found is None:
            raise ProofError("not a proof: its text has not the form c2sp.org/tlog-proof@v1")
        extra = decoded(found["extra"])
        lines = found["path"].split()
        path = [node for line in lines if (node := decoded(line)) and len(node) == HASH_SIZE]
        if extra is None or len(path) < len(lines):
            raise ProofError("not a proof: a line of it is not base64")
        entry, _, disclosures = extra.partition(b"\n")
        return cls(
            index=int(found["index"]),
            entry=entry,
            path=tuple(path),
            disclosures=disclosures,
            checkpoint=found["checkpoint"],
        )

    def __str__(self) -> str:
        extra = self.entry + (b"\n" + self.disclosures if self.disclosures else b"")
        head = ["c2sp.org/tlog-proof@v1", f"extra {encoded(extra)}", f"index {self.index}"]
        return "\n".join([*head, *map(encoded, self.path), "", self.checkpoint])


@attrs.frozen
class Proved:
    """What a proof shows: that this entry stood in that ledger when the checkpoint was made."""

    seq: int
    """The entry's number."""
    entry: dict[str, Any]
    """What the ledger holds: its ``id``, ``type``, ``version``, ``recorded_at``, ``key`` and
    ``event``. Of an event's personal fields it has those that the proof discloses."""
    withheld: tuple[str, ...]
    """The personal fields that it does not disclose."""
    checkpoint: Checkpoint


def verify(proof: Proof | str, checkpoint: str, public_key: PublicKey | str) -> Proved:
    """What a proof shows; it takes no ledger.

    Args:
        proof: What ``ledger.prove`` made, or its text.
        checkpoint: What ``ledger.checkpoint`` made, from a source that can be trusted to have had
            it by the date in question.
        public_key: The key of whoever keeps the ledger, or its text.

    Raises:
        ProofError: It does not hold: the checkpoint was not signed with that key, the entry is
            not in the ledger that it stands for, or was changed.
        MissingExtraError: cryptography is not installed.
    """
    if isinstance(proof, str):
        proof = Proof.from_text(proof)
    head = Checkpoint.from_text(checkpoint, public_key)
    if root_from(leaf_hash(proof.entry), proof.index, head.size, proof.path) != head.root:
        raise ProofError(
            f"the proof does not lead to this checkpoint of {head.size} entries: it was made for "
            "another one, or one of the two was changed"
        )
    entry, withheld = _told(proof)
    return Proved(seq=proof.index + 1, entry=entry, withheld=withheld, checkpoint=head)


def _told(proof: Proof) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What an entry says, and which fields are not disclosed."""
    try:
        entry: Any = json.loads(proof.entry, object_pairs_hook=_without_doubles)
        commitments: dict[str, str] = entry.get("personal", {})
        event: dict[str, Any] = entry["event"]
        if entry["type"] == "entry.amended":
            event = event["event"]["event"]
        found = disclosed(proof.disclosures, commitments) if proof.disclosures else {}
        for field in commitments:
            if field in found:
                event[field] = found[field]["value"]
            else:
                del event[field]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ProofError(f"what the proof proves is not an entry: {error}") from error
    return entry, tuple(sorted(commitments.keys() - found.keys()))


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found
