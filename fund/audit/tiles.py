"""The tree's hashes as C2SP tlog-tiles serves them: 256 of one level in one piece.

Only hashes: a log's entry bundles would be its entries, and ours are not public.
"""

import re

from sqlalchemy.orm import Session

from fund.audit import queries
from fund.audit.merkle import TILE
from fund.audit.tree import StoredTree
from fund.errors import NotFound

_PLACE = re.compile(r"(\d|[1-5]\d|6[0-3])/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)


def path(level: int, index: int, width: int = TILE) -> str:
    """Where a tile is served, below `/log/tile/`: `0/x001/x234/067`, `1/000.p/17`."""
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    place = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"{level}/{place}" + ("" if width == TILE else f".p/{width}")


def find(place: str) -> tuple[int, int, int]:
    """(level, index, width) of a tile's path in its one proper form. Raises NotFound."""
    found = _PLACE.fullmatch(place)
    if found is None:
        raise NotFound("no_tile")
    level, index = int(found[1]), int(re.sub("[x/]", "", found[2]))
    width = int(found[3] or TILE)
    if width > TILE or path(level, index, width) != place:
        raise NotFound("no_tile")
    return level, index, width


def read(session: Session, level: int, index: int, width: int) -> bytes:
    """The hashes of a tile, 32 bytes each, as far as the newest checkpoint covers them.

    Raises NotFound for one that it does not cover.
    """
    newest = queries.find_checkpoint(session)
    signed = newest.size // TILE**level if newest else 0
    if index * TILE + width > signed:
        raise NotFound("no_tile")
    return b"".join(StoredTree(session).read_tile(level, index)[:width])
