"""The Merkle tree of RFC 6962 (Laurie, Langley & Kasper, 2013, section 2.1) over SHA-256.

A leaf is hashed with the prefix 0x00, a node with 0x01. To grow a tree, only its frontier has to be
stored: the roots of its perfect subtrees, one for each binary digit 1 of its size.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

from careerledger.arguments import check_type, check_whole_number, wrong
from careerledger.errors import DamagedError

HASH_SIZE: Final = 32
_LEAF, _NODE = sha256(b"\x00"), sha256(b"\x01")


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf with this content; 32 bytes."""
    leaf = _LEAF.copy()  # copying saves 1 µs with cold caches
    try:
        leaf.update(data)
    except TypeError:
        raise wrong("data", data, "it must be bytes, such as those of an entry") from None
    return leaf.digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over two subtrees; 32 bytes."""
    node = _NODE.copy()
    node.update(left + right)
    return node.digest()


class Frontier:
    """The root hashes of a tree's perfect subtrees: enough to append to it and compute its root.

    Raises:
        DamagedError: ``packed`` is not the frontier of a tree of that size.
    """

    __slots__ = ("packed", "size")

    def __init__(self, size: int = 0, packed: bytes = b"") -> None:
        self.size = size
        """The number of leaves of the tree."""
        self.packed = packed
        """The concatenated hashes of the subtrees, the largest subtree first."""
        check_whole_number("size", size, 0, "0")
        check_type("packed", packed, bytes, "it must be bytes, such as b''")
        if len(packed) != size.bit_count() * HASH_SIZE:
            raise DamagedError(
                f"the frontier of {size} entries must have {size.bit_count()} hashes of "
                f"{HASH_SIZE} bytes, but has {len(packed)} bytes; restore the file from a backup"
            )

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        node, packed, size = leaf, self.packed, self.size
        while size & 1:  # a left subtree of this height is still without its right one
            node = node_hash(packed[-HASH_SIZE:], node)
            packed = packed[:-HASH_SIZE]
            size >>= 1
        self.packed = packed + node
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add many leaf hashes, faster than one by one."""
        packed, size = self.packed, self.size
        subtrees: list[bytes] = []
        nodes = list(leaves)
        self.size += len(nodes)
        while nodes:  # one height of the tree after another
            if size & 1:  # a left subtree of this height is still without its right one
                nodes.insert(0, packed[-HASH_SIZE:])
                packed = packed[:-HASH_SIZE]
            if len(nodes) & 1:
                subtrees.append(nodes.pop())
            rest = iter(nodes)
            nodes = [sha256(b"\x01" + left + next(rest)).digest() for left in rest]
            size >>= 1
        self.packed = packed + b"".join(reversed(subtrees))

    def root(self) -> bytes:
        """Return the root hash of the tree; for an empty tree, the hash of no bytes."""
        if not self.size:
            return sha256(b"").digest()
        root = self.packed[-HASH_SIZE:]
        for end in range(len(self.packed) - HASH_SIZE, 0, -HASH_SIZE):
            root = node_hash(self.packed[end - HASH_SIZE : end], root)
        return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root hash of the tree over these leaf hashes (MTH of section 2.1)."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes from a leaf up to the root, nearest first (PATH of section 2.1.1).

    Args:
        leaves: All leaf hashes of the tree.
        index: The index of the leaf, from 0.
    """
    path: list[bytes] = []
    start, end = 0, len(leaves)
    while end - start > 1:
        middle = start + _left_size(end - start)
        if index < middle:
            path.append(root_of(leaves[middle:end]))
            end = middle
        else:
            path.append(root_of(leaves[start:middle]))
            start = middle
    return path[::-1]


def root_from(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root hash to which an inclusion path leads, or None if it cannot be a path.

    Args:
        leaf: The leaf hash.
        index: The index of the leaf, from 0.
        size: The number of leaves of the tree.
        path: The hashes from the leaf up to the root, nearest first.
    """
    if not 0 <= index < size:
        return None
    sides: list[bool] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _left_size(end - start)
        sides.append(index < middle)
        start, end = (start, middle) if index < middle else (middle, end)
    if len(sides) != len(path) or any(len(node) != HASH_SIZE for node in path):
        return None
    root = leaf
    for is_left, node in zip(reversed(sides), path, strict=True):
        root = node_hash(root, node) if is_left else node_hash(node, root)
    return root


def _left_size(size: int) -> int:
    """Return the size of the left subtree: the largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1
