"""Snapshots with a checksum: one that was damaged is as good as none."""

from hashlib import sha256
from typing import Final

from careerledger.stores import Snapshot

__all__ = ["add_checksum", "is_intact", "state_of"]

_SIZE: Final = 32
"""How many bytes of what is stored are the checksum."""


def add_checksum(ledger: str, key: str, fingerprint: str, snapshot: Snapshot) -> bytes:
    """Return a snapshot's state behind a hash of all that is saved with it."""
    *place, state = snapshot
    checksum = sha256(repr([str(each) for each in (ledger, key, fingerprint, *place)]).encode())
    checksum.update(state)
    return checksum.digest() + state


def state_of(stored: bytes) -> bytes:
    """Return the state without its checksum."""
    return stored[_SIZE:]


def is_intact(ledger: str, key: str, fingerprint: str, snapshot: Snapshot, stored: bytes) -> bool:
    """Return whether a snapshot is unchanged since it was saved."""
    return add_checksum(ledger, key, fingerprint, snapshot) == stored
