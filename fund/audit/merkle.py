"""The Merkle tree of RFC 6962 (section 2.1), over hashes kept in tiles of 256.

A `Tree` gives the hash of any complete subtree of 256^level leaves: level 0 are the leaves
themselves, level 1 each 256 of them, and so on, so a tree of n leaves keeps n/255 hashes more.
What lies between two levels is computed from at most 256 hashes.
"""

import hashlib
from typing import Protocol

TILE = 256


class Tree(Protocol):
    """Where the hashes are."""

    def hash(self, level: int, index: int) -> bytes:
        """The hash over leaves `index * 256^level` up to, without, `(index + 1) * 256^level`."""


def leaf_hash(content: bytes) -> bytes:
    """SHA-256(0x00 ‖ content)."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(tree: Tree, size: int) -> bytes:
    """The hash over the first `size` leaves; of none it is SHA-256 of nothing."""
    return _range_hash(tree, 0, size) if size else hashlib.sha256().digest()


def inclusion(tree: Tree, index: int, size: int) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of this size")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range_hash(tree, middle, high))
            high = middle
        else:
            path.append(_range_hash(tree, low, middle))
            low = middle
    return path[::-1]


def range_path(tree: Tree, start: int, end: int, size: int) -> list[bytes]:
    """The hashes by which leaves `start` up to, without, `end` lead to the root of `size` leaves.

    Of one leaf it is its audit path. With all leaves between, nothing can be missing from them.
    """
    if not 0 <= start < end <= size:
        raise ValueError("no such leaves in a tree of this size")
    outside: list[bytes] = []

    def walk(low: int, high: int) -> None:
        if high <= start or end <= low:
            outside.append(_range_hash(tree, low, high))
        elif not (start <= low and high <= end):
            middle = low + _split(high - low)
            halves = [(low, middle), (middle, high)]
            # What lies outside comes first, so that a path is read from the root down.
            for half in reversed(halves) if end <= middle else halves:
                walk(*half)

    walk(0, size)
    return outside[::-1]


def consistency(tree: Tree, old: int, new: int) -> list[bytes]:
    """The proof that the tree of `old` leaves begins the tree of `new` (RFC 6962, 2.1.2)."""
    if not 0 < old <= new:
        raise ValueError("a proof leads from a tree with leaves to one at least as large")
    path: list[bytes] = []
    low, high = 0, new
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_range_hash(tree, middle, high))
            high = middle
        else:
            path.append(_range_hash(tree, low, middle))
            low = middle
    if low > 0:  # else the old tree is itself a subtree, and its root is known to who asks
        path.append(_range_hash(tree, low, high))
    return path[::-1]


def new_nodes(old_size: int, new_size: int) -> list[tuple[int, int]]:
    """(level, index) of each complete subtree that growing from `old_size` finishes, low first."""
    found: list[tuple[int, int]] = []
    level, width = 1, TILE
    while width <= new_size:
        found += [(level, index) for index in range(old_size // width, new_size // width)]
        level, width = level + 1, width * TILE
    return found


def tile_root(hashes: list[bytes]) -> bytes:
    """The hash over 256 neighbouring hashes of one level: their hash one level up."""
    while len(hashes) > 1:
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


class Frontier:
    """The tree's right edge: reads leaves once, in order, and keeps only the open subtrees."""

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []  # complete ones, the largest first

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf; the (level, index, hash) of each tile hash that it completes."""
        self.size += 1
        complete: list[tuple[int, int, bytes]] = []
        subtree, height = leaf, 0
        while not self.size >> height & 1:
            subtree = node_hash(self._subtrees.pop(), subtree)
            height += 1
            if height % 8 == 0:
                complete.append((height // 8, (self.size >> height) - 1, subtree))
        self._subtrees.append(subtree)
        return complete

    def root(self, rest: bytes | None = None) -> bytes:
        """The hash over all leaves so far; there must be one.

        `rest` is the hash over some that follow: at most as many as the smallest subtree has.
        """
        subtrees = self._subtrees if rest is None else [*self._subtrees, rest]
        subtree = subtrees[-1]
        for left in subtrees[-2::-1]:
            subtree = node_hash(left, subtree)
        return subtree


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_hash(tree: Tree, low: int, high: int) -> bytes:
    width = high - low
    level, rest = divmod(width.bit_length() - 1, 8)
    if rest == 0 and width == TILE**level:  # RFC 6962 ranges of a power of two are aligned
        return tree.hash(level, low // width)
    middle = low + _split(width)
    return node_hash(_range_hash(tree, low, middle), _range_hash(tree, middle, high))
