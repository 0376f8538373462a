"""Signed tree heads, and the hashes over whole tiles that the database keeps."""

from cryptography.exceptions import InvalidSignature

from fund.audit import merkle, verify
from fund.audit.verification.crew import Connection, rows
from fund.audit.verification.events import Range
from fund.audit.verification.findings import Finding, Report

Nodes = dict[tuple[int, int], bytes]  # by level and index

BATCH = 2000  # notes whose signatures are checked in one piece of work
_SIZES = "SELECT size FROM audit.checkpoint ORDER BY size"
_NOTES = """
    SELECT size, root, note,
        (SELECT verifier_key FROM audit.signing_key WHERE from_size < size OR number = 1
         ORDER BY number DESC LIMIT 1)
    FROM audit.checkpoint WHERE size BETWEEN %s AND %s ORDER BY size
"""
_NODES = "SELECT level, index, hash FROM audit.node"


def sizes(connection: Connection) -> list[int]:
    """The sizes of all signed trees, in order."""
    return [size for (size,) in connection.execute(_SIZES)]


def check_notes(
    connection: Connection, low: int, high: int
) -> tuple[list[tuple[int, bytes]], list[Finding]]:
    """Check the signatures of the checkpoints of sizes `low` to `high`; their sizes and roots."""
    signed: list[tuple[int, bytes]] = []
    findings: list[Finding] = []
    for size, root, note, key in connection.cursor(binary=True).execute(_NOTES, (low, high)):
        row = f"checkpoint {size}"
        try:
            _, signed_size, signed_root = verify.open_checkpoint(note, *filter(None, [key]))
        except (verify.DoesNotVerify, InvalidSignature, IndexError, ValueError) as fault:
            what = f"its note does not verify ({str(fault) or 'signature'})"
            findings.append(Finding(row, "edited", what))
            continue
        if (signed_size, signed_root) != (size, root):
            findings.append(Finding(row, "edited", "its columns differ from its note"))
        else:
            signed.append((size, root))
    return signed, findings


class Growth:
    """The tree, put together from ranges in their order; what it must be at each signed size."""

    def __init__(self) -> None:
        self.size = 0
        self.roots: dict[int, bytes] = {}
        self.nodes: dict[tuple[int, int], bytes] = {}
        self._tiles = merkle.Frontier()

    def add(self, part: Range) -> None:
        """Go on with the next range, which must follow without a gap."""
        for size, root in part.roots.items():
            self.roots[size] = self._tiles.root(root)
        for tile in part.tiles:
            self.nodes[1, self._tiles.size] = tile
            for level, index, hash_ in self._tiles.append(tile):
                self.nodes[level + 1, index] = hash_
        self.size = part.whole


def compare_nodes(connection: Connection, report: Report, computed: Nodes) -> None:
    """Hold the hashes that the database keeps over whole tiles against the computed ones."""
    stored = {(level, index): hash_ for level, index, hash_ in rows(connection, _NODES)}
    for place in sorted(computed.keys() | stored.keys()):
        row = f"node {place[0]}/{place[1]}"
        if place not in stored:
            report.find(row, "deleted", "this hash of 256 below it is missing")
        elif place not in computed:
            report.find(row, "inserted", "the tree does not reach here")
        elif computed[place] != stored[place]:
            report.find(row, "edited", "it is not the hash of the 256 below it")


def compare_roots(report: Report, signed: list[tuple[int, bytes]], growth: Growth) -> None:
    """Hold every signed root against the tree of that size, as far as it is whole."""
    for size, root in signed:
        row = f"checkpoint {size}"
        if size not in growth.roots:
            what = f"{size} leaves were signed, {growth.size} are whole"
            report.find(row, "truncated", what)
        elif growth.roots[size] != root:
            report.find(row, "rehashed", "the tree is not the one that was signed")
