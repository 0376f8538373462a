"""Roots and proofs are those of RFC 6962, for every size and place."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fund.audit import merkle
from fund.audit.verify import DoesNotVerify, check_consistency, check_range
from tests.audit.factories import Hashes, naive_root

LEAVES = [merkle.leaf_hash(str(number).encode()) for number in range(1200)]
TREE = Hashes(LEAVES)
ROOTS = {}


def naive(size: int) -> bytes:
    if size not in ROOTS:
        ROOTS[size] = naive_root(LEAVES[:size])
    return ROOTS[size]


# Around the edges of tiles (256) and powers of two as often as anywhere.
sizes = st.one_of(
    st.integers(1, 1200), st.sampled_from([1, 2, 3, 255, 256, 257, 511, 512, 513, 768, 1024, 1025])
)


def naive_path(index: int, hashes: list[bytes]) -> list[bytes]:
    """RFC 6962, section 2.1.1, word for word."""
    if len(hashes) == 1:
        return []
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if index < k:
        return [*naive_path(index, hashes[:k]), naive_root(hashes[k:])]
    return [*naive_path(index - k, hashes[k:]), naive_root(hashes[:k])]


def naive_subproof(old: int, hashes: list[bytes], known: bool) -> list[bytes]:
    """RFC 6962, section 2.1.2, word for word."""
    if old == len(hashes):
        return [] if known else [naive_root(hashes)]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if old <= k:
        return [*naive_subproof(old, hashes[:k], known), naive_root(hashes[k:])]
    return [*naive_subproof(old - k, hashes[k:], False), naive_root(hashes[:k])]


def test_known_hashes():
    assert merkle.root(TREE, 0) == hashlib.sha256(b"").digest()
    assert merkle.leaf_hash(b"").hex().startswith("6e340b9cffb37a98")


@given(sizes)
@settings(max_examples=60, deadline=None)
def test_the_root_is_that_of_the_rfc(size):
    assert merkle.root(TREE, size) == naive(size)


@given(st.data(), sizes)
@settings(max_examples=80, deadline=None)
def test_every_leaf_has_its_path_and_no_other_leaf_fits_it(data, size):
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion(TREE, index, size)
    assert path == naive_path(index, LEAVES[:size])
    check_one(LEAVES[index], index, size, path, naive(size))
    for wrong in (
        (LEAVES[index - 1] if size > 1 else b"", index, size, path),
        (LEAVES[index], index + 1, size, path),
        (LEAVES[index], index, size, [*path, LEAVES[0]]),
        (LEAVES[index], index, size, path[:-1] if path else [LEAVES[1]]),
    ):
        with pytest.raises(DoesNotVerify):
            check_one(*wrong, naive(size))


def check_one(leaf, index, size, path, root) -> None:
    check_range([leaf], index, index + 1, size, path, root)


@given(sizes, sizes)
@settings(max_examples=80, deadline=None)
def test_a_log_that_grew_shows_that_it_only_grew(one, other):
    old, new = sorted((one, other))
    path = merkle.consistency(TREE, old, new)
    assert path == naive_subproof(old, LEAVES[:new], True)
    check_consistency(old, new, path, naive(old), naive(new))
    for wrong in (
        (path, LEAVES[0] if old > 1 else LEAVES[1], naive(new)),
        (path, naive(old), LEAVES[1]),
        ([*path, LEAVES[0]], naive(old), naive(new)),
        (path[1:] if path else [LEAVES[5]], naive(old), naive(new)),
    ):
        with pytest.raises(DoesNotVerify):
            check_consistency(old, new, *wrong)


def test_no_proof_is_made_of_what_cannot_be():
    for make in (
        lambda: merkle.inclusion(TREE, 5, 5),
        lambda: merkle.inclusion(TREE, -1, 5),
        lambda: merkle.consistency(TREE, 0, 5),
        lambda: merkle.consistency(TREE, 6, 5),
    ):
        with pytest.raises(ValueError, match="tree"):
            make()


def test_the_frontier_gives_the_same_roots_and_tile_hashes_as_the_tree():
    frontier = merkle.Frontier()
    for number, leaf in enumerate(LEAVES[:600], start=1):
        for level, index, hash_ in frontier.append(leaf):
            assert hash_ == TREE.hash(level, index)
        if number in (1, 255, 256, 257, 600):
            assert frontier.root() == naive(number)


@given(st.lists(st.integers(0, 200_000), min_size=2, max_size=5).map(sorted))
def test_however_the_tree_grows_each_tile_hash_is_made_once_after_those_below(steps):
    made = [node for old, new in pairwise([0, *steps]) for node in merkle.new_nodes(old, new)]
    size = steps[-1]
    assert sorted(made) == [
        (level, index) for level in (1, 2) for index in range(size // 256**level)
    ]
    below = {node: place for place, node in enumerate(made)}
    assert all(below[1, index * 256 + 255] < below[2, index] for index in range(size // 65536))


def test_a_tile_hash_is_the_root_over_its_256():
    assert merkle.tile_root(LEAVES[:256]) == naive(256)
