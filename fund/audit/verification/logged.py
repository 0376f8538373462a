"""Rows that an event of the log tells of: checkpoints, signing keys, cosignatures, epochs.

What events say is compared as text, since a damaged one may hold anything.
"""

from collections.abc import Iterator

from cryptography.exceptions import InvalidSignature

from fund.audit import notes, verify
from fund.audit.verification.crew import Connection, rows
from fund.audit.verification.findings import Finding

# Table -> its rows, and the rows that the log tells of; the first column of each is the key.
_TOLD = {
    "checkpoint": (
        """SELECT size::text AS key, encode(root, 'hex'),
            encode(sha256(convert_to(note, 'UTF8')), 'hex'), at FROM audit.checkpoint""",
        """SELECT data ->> 'size' AS key, data ->> 'root', data ->> 'note_sha256', at
            FROM audit.event WHERE subject_kind = 'checkpoint' AND name = 'checkpoint_signed'""",
    ),
    "signing_key": (
        """SELECT number::text AS key, verifier_key::text, from_size::text,
            encode(sha256(convert_to(rotation, 'UTF8')), 'hex'), at FROM audit.signing_key""",
        """SELECT coalesce(data ->> 'number', '1') AS key, data ->> 'verifier_key',
            coalesce(data ->> 'from_size', '0'), data ->> 'rotation_sha256', at
            FROM audit.event
            WHERE subject_kind = 'setup' AND name IN ('log_begun', 'signing_key_rotated')""",
    ),
    "cosignature": (
        """SELECT format('%s by %s', size, witness) AS key,
            encode(sha256(convert_to(line, 'UTF8')), 'hex') FROM audit.cosignature""",
        """SELECT format('%s by %s', data ->> 'size', data ->> 'witness') AS key,
            data ->> 'line_sha256'
            FROM audit.event
            WHERE subject_kind = 'checkpoint' AND name = 'checkpoint_witnessed'""",
    ),
    "epoch": (
        "SELECT epoch::text AS key FROM audit.epoch",
        """SELECT '1' AS key
            UNION ALL
            SELECT data ->> 'epoch' FROM audit.event
            WHERE subject_kind = 'setup' AND name = 'restored'""",
    ),
}
_COMPARED = """
    SELECT key, kept IS NOT NULL, told IS NOT NULL
    FROM ({kept}) kept FULL JOIN ({told}) told USING (key) WHERE kept IS DISTINCT FROM told
"""
_COSIGNATURES = "SELECT size, witness, line, extract(epoch FROM at)::text FROM audit.cosignature"
_AHEAD = """
    SELECT max(size), witness, (SELECT coalesce(max(size), 0) FROM audit.checkpoint) AS newest
    FROM audit.cosignature GROUP BY witness
    HAVING max(size) > (SELECT coalesce(max(size), 0) FROM audit.checkpoint) ORDER BY witness
"""
_KEYS = "SELECT number, verifier_key, rotation FROM audit.signing_key ORDER BY number"


def compare_told(connection: Connection) -> Iterator[Finding]:
    """Hold each table against what the log tells of its rows."""
    for table, (kept, told) in _TOLD.items():
        query = _COMPARED.format(kept=kept, told=told)
        for key, is_kept, is_told in rows(connection, query):
            row = f"{table} {key}"
            if not is_kept:
                yield Finding(row, "deleted", "the log tells of it, but it is gone")
            elif not is_told:
                yield Finding(row, "inserted", "the log does not tell of it")
            else:
                yield Finding(row, "edited", "the log tells of it otherwise")


def check_cosignatures(connection: Connection) -> Iterator[Finding]:
    """Whether each row names the witness and the time that its line does, and none is ahead."""
    for size, witness, line, at in rows(connection, _COSIGNATURES):
        try:
            [(name, blob)] = verify.split_note(f"\n\n{line}")[1]
            is_right = (name, int.from_bytes(blob[4:12])) == (witness, float(at))
        except ValueError:
            is_right = False
        if not is_right:
            what = "its line says another witness or time"
            yield Finding(f"cosignature {size} by {witness}", "edited", what)
    for size, witness, newest in rows(connection, _AHEAD):
        what = f"the checkpoint that it signed is gone, the newest one left is of {newest} leaves"
        yield Finding(f"cosignature {size} by {witness}", "truncated", what)


def check_keys(connection: Connection) -> Iterator[Finding]:
    """Whether each signing key was signed by the one before, and is ours where we hold its seed."""
    before: str | None = None
    for number, key, rotation in rows(connection, _KEYS):
        row = f"signing_key {number}"
        if before is not None and not _follows(before, key, rotation):
            yield Finding(row, "edited", "the key before it did not sign it")
        try:
            ours = str(notes.verifier_key(number, key.partition("+")[0]))
        except notes.NoSuchSeed:
            ours = key
        if ours != key:
            yield Finding(row, "edited", "it is not the key of our own seed")
        before = key


def _follows(before: str, key: str, rotation: str | None) -> bool:
    try:
        said = verify.signed_text(rotation or "", before)
    except (ValueError, verify.DoesNotVerify, InvalidSignature):
        return False
    return said.split("\n")[1:3] == [before, key]
