"""The Merkle tree of RFC 6962 (Laurie, Langley & Kasper, 2013, section 2.1) over SHA-256.

Leaves and nodes are told apart by a first byte, 0x00 and 0x01. Of a growing tree only its
frontier needs to be kept: the roots of the perfect subtrees that it consists of, one for each
binary digit 1 of its size.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final, Self

from careerledger.errors import DamagedError

HASH_SIZE: Final = 32


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf that holds these bytes; 32 bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two subtrees; 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The perfect subtrees of a tree of some size: enough to append to it and to know its root."""

    __slots__ = ("_roots", "size")

    def __init__(self, size: int = 0, roots: Iterable[bytes] = ()) -> None:
        self.size = size
        """How many leaves the tree has."""
        self._roots = list(roots)
        if set(map(len, self._roots)) - {HASH_SIZE} or len(self._roots) != size.bit_count():
            raise DamagedError(
                f"the frontier of {size} entries has {size.bit_count()} hashes of {HASH_SIZE} "
                f"bytes, but {len(self._roots)} of {sum(map(len, self._roots))} bytes in all are "
                "stored; restore the file from a backup"
            )

    @classmethod
    def from_bytes(cls, size: int, packed: bytes) -> Self:
        """The frontier in these bytes: its hashes one after another, the largest subtree first.

        Raises DamagedError when they are not the frontier of a tree of that size.
        """
        return cls(size, (packed[i : i + HASH_SIZE] for i in range(0, len(packed), HASH_SIZE)))

    def to_bytes(self) -> bytes:
        """The hashes one after another, the largest subtree first."""
        return b"".join(self._roots)

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        roots, node, carries = self._roots, leaf, self.size
        while carries & 1:
            node = node_hash(roots.pop(), node)
            carries >>= 1
        roots.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root hash of the tree; for an empty one the hash of nothing."""
        if not self._roots:
            return sha256(b"").digest()
        root = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            root = node_hash(left, root)
        return root
