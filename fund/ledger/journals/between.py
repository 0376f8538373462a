"""What moves between funds, or between offices and currencies. Keys are ids of finance's rows."""

from datetime import date
from uuid import UUID

from fund.errors import Refused
from fund.ledger.journals.book import Book, JournalDraft
from fund.ledger.journals.corrections import ENTRIES


def transfer_between_funds(
    giver: Book, taker: Book, row_id: UUID, day: date, amount_minor: int
) -> JournalDraft:
    """One fund gives to another; both at the same office's bank, where nothing moves.

    Raises Refused: `same_fund`, `not_one_bank`.
    """
    if giver.fund_id == taker.fund_id:
        raise Refused("same_fund")
    if (giver.office_code, giver.currency) != (taker.office_code, taker.currency):
        raise Refused("not_one_bank")
    entries = (
        giver.entry("transfers_out", "bank", amount_minor),
        taker.entry("bank", "transfers_in", amount_minor),
    )
    return JournalDraft("transfer_between_funds", day, ENTRIES, str(row_id), entries)


def exchange(
    giver: Book, taker: Book, row_id: UUID, day: date, given_minor: int, taken_minor: int
) -> JournalDraft:
    """One fund's money goes from one office's bank to another's, mostly into another currency.

    What was gained or lost is the balance of `fx_position`, once translated. Raises Refused:
    `not_one_fund`, `same_bank`.
    """
    if giver.fund_id != taker.fund_id:
        raise Refused("not_one_fund")
    if (giver.office_code, giver.currency) == (taker.office_code, taker.currency):
        raise Refused("same_bank")
    entries = (
        giver.entry("fx_position", "bank", given_minor),
        taker.entry("bank", "fx_position", taken_minor),
    )
    return JournalDraft("exchange", day, ENTRIES, str(row_id), entries)
