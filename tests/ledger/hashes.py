"""What the database hashes as it posts, written a second time, in Python and with RFC 8785."""

import hashlib
from typing import Any

import rfc8785

from fund.audit import leaves
from fund.audit.models import Event
from fund.audit.operations import bare_commitment
from fund.ledger.journals import JournalDraft
from fund.ledger.models import Journal


def _content(draft: JournalDraft) -> dict[str, Any]:
    return {
        "concerns": draft.concerns,
        "effective_on": draft.effective_on.isoformat(),
        "kind": draft.kind,
        "reverses_id": str(draft.reverses_id) if draft.reverses_id else None,
        "transfers": [
            [str(entry.debit.id), str(entry.credit.id), str(entry.amount_minor)]
            for entry in draft.entries
        ],
    }


def request_sha256(draft: JournalDraft) -> bytes:
    """The content's hash: the same key may only ever mean the same content."""
    return hashlib.sha256(rfc8785.dumps(_content(draft))).digest()


def rows_sha256(row: Journal, draft: JournalDraft) -> str:
    """The hash of the draft's rows as booked in `row`, which its event seals."""
    rows = _content(draft) | {
        "actor": row.actor,
        "effective_on": row.effective_on.isoformat(),
        "id": str(row.id),
        "key": draft.key,
        "recorded_at": row.recorded_at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "request_sha256": request_sha256(draft).hex(),
        "source": draft.source,
    }
    if row.effective_on != draft.effective_on:
        rows["occurred_on"] = draft.effective_on.isoformat()
    return hashlib.sha256(rfc8785.dumps(rows)).hexdigest()


def leaf_hash(event: Event) -> bytes:
    """The leaf of an event without a private payload."""
    names = ("id", "name", "actor", "subject_kind", "subject_id", "data", "at")
    fields = leaves.public_fields(**{name: getattr(event, name) for name in names})
    return leaves.leaf_of(fields, bare_commitment(event.id))
