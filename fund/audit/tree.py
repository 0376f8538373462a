"""The Merkle tree as the database keeps it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.audit.merkle import TILE
from fund.audit.models import Leaf, Node


class StoredTree:
    """Reads hashes a tile (256 neighbours) at a time and keeps what it read."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.tiles: dict[tuple[int, int], list[bytes]] = {}

    def hash(self, level: int, index: int) -> bytes:
        tile, place = divmod(index, TILE)
        if (level, tile) not in self.tiles:
            self.tiles[level, tile] = self.read_tile(level, tile)
        return self.tiles[level, tile][place]

    def read_tile(self, level: int, tile: int) -> list[bytes]:
        """The hashes `tile * 256` up to `tile * 256 + 255` of `level`, as far as there are any."""
        return self.read_tiles(level, tile, 1)

    def read_tiles(self, level: int, tile: int, count: int) -> list[bytes]:
        """The hashes of `count` neighbouring tiles, as one list."""
        first, last = tile * TILE, (tile + count) * TILE - 1
        if level == 0:
            wanted = select(Leaf.leaf_hash).where(Leaf.index.between(first, last))
            return list(self.session.scalars(wanted.order_by(Leaf.index)))
        nodes = select(Node.hash).where(Node.level == level, Node.index.between(first, last))
        return list(self.session.scalars(nodes.order_by(Node.index)))
