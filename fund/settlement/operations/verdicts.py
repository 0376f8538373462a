"""What is made of a line of Stripe's balance."""

from dataclasses import dataclass

from fund.ledger.journals import JournalDraft


@dataclass(frozen=True)
class Verdict:
    """`posted` with what to book, `memo` (nothing to book), `waiting` for what `why` says, or
    `unclassified`: no rule of ours knows it, and finance must look."""

    state: str
    drafts: tuple[JournalDraft, ...] = ()
    why: str | None = None


MEMO = Verdict("memo")
UNKNOWN = Verdict("unclassified")


def booked(*drafts: JournalDraft) -> Verdict:
    """It stands in the books as these journals."""
    return Verdict("posted", drafts)


def waits(why: str) -> Verdict:
    """What it belongs to is not here yet; `why` is a code of choices.LINE_REASONS."""
    return Verdict("waiting", why=why)
