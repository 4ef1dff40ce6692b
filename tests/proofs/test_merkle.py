"""The frontier against RFC 6962's own definition and the test vectors of its authors."""

from hashlib import sha256

import pytest
from hypothesis import given, strategies as st

from careerledger.errors import DamagedError
from careerledger.proofs import Frontier, leaf_hash
from careerledger.proofs.merkle import HASH_SIZE, node_hash

# The leaves and roots of the Certificate Transparency project's tests (merkle_tree_test.cc).
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def tree_head(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + tree_head(leaves[:split]) + tree_head(leaves[split:])).digest()


def perfect_subtrees(leaves: list[bytes]) -> list[bytes]:
    """The roots of the largest perfect trees that the leaves are cut into from the left."""
    if not leaves:
        return []
    size = 1 << (len(leaves).bit_length() - 1)
    return [tree_head(leaves[:size]), *perfect_subtrees(leaves[size:])]


def frontier_of(leaves: list[bytes]) -> Frontier:
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf_hash(leaf))
    return frontier


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_published_roots(size):
    assert ROOTS[size] == frontier_of(LEAVES[:size]).root().hex()
    assert ROOTS[size] == tree_head(LEAVES[:size]).hex()


def test_leaves_and_nodes_are_hashed_apart():
    left, right = leaf_hash(b"left"), leaf_hash(b"right")

    assert sha256(b"\x00left").digest() == left
    assert sha256(b"\x01" + left + right).digest() == node_hash(left, right)
    assert leaf_hash(left + right) != node_hash(left, right)


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_a_frontier_is_the_perfect_subtrees_and_leads_to_the_root(leaves):
    frontier = frontier_of(leaves)

    assert len(leaves) == frontier.size
    assert b"".join(perfect_subtrees(leaves)) == frontier.packed
    assert tree_head(leaves) == frontier.root()


@given(st.lists(st.lists(st.binary(max_size=8), max_size=20), max_size=6))
def test_leaves_may_be_added_one_by_one_or_together(parts):
    frontier = Frontier()
    for part in parts:
        frontier.extend(map(leaf_hash, part))
    together = frontier_of([leaf for part in parts for leaf in part])

    assert (together.size, together.packed) == (frontier.size, frontier.packed)


@given(st.lists(st.binary(max_size=8), max_size=40), st.data())
def test_a_frontier_goes_on_from_its_bytes(leaves, data):
    cut = data.draw(st.integers(0, len(leaves)))
    stored = frontier_of(leaves[:cut]).packed

    frontier = Frontier(cut, stored)
    assert stored == frontier.packed
    for leaf in leaves[cut:]:
        frontier.append(leaf_hash(leaf))

    assert tree_head(leaves) == frontier.root()
    assert len(leaves) == frontier.size


@given(size=st.integers(0, 300), length=st.integers(0, 9 * HASH_SIZE))
def test_bytes_that_are_no_frontier_of_that_size_are_refused(size, length):
    fits = length == HASH_SIZE * size.bit_count()

    if fits:
        assert bytes(length) == Frontier(size, bytes(length)).packed
    else:
        with pytest.raises(DamagedError, match=f"frontier of {size} entries.*backup"):
            Frontier(size, bytes(length))


def test_a_hash_that_was_cut_short_is_noticed():
    frontier = frontier_of(LEAVES[:3]).packed

    with pytest.raises(DamagedError, match="2 hashes of 32 bytes, but has 63 bytes"):
        Frontier(3, frontier[:-1])
