"""hledger (its manual, "Journal"), so that `hledger check --strict` finds everything declared."""

from collections.abc import Iterator
from datetime import timedelta

from fund.ledger.plaintext.book import PlainBook, PlainJournal
from fund.money import CURRENCIES


def write(book: PlainBook) -> Iterator[str]:
    """Declarations, journals, and a check of every balance after the last day."""
    yield "; LIFT Life Fund\ndecimal-mark .\n\n"
    for currency in sorted({account.currency for account in book.accounts.values()}):
        # hledger reads how many decimals there are from an example, with its mark even if none.
        yield f"commodity 1000.{'0' * CURRENCIES[currency].exponent} {currency}\n"
    for account in book.accounts.values():
        yield f"account {account.name}  ; code:{_tag(account.code)}\n"
    for journal in book.journals():
        yield _transaction(journal)
    if book.last_on is not None:
        yield f"\n{book.last_on + timedelta(days=1)} * Balances as the books have them\n"
        for account_id, account in book.accounts.items():
            balance = book.balances[account_id]
            yield f"    {account.name}  0 {account.currency} = {balance} {account.currency}\n"


def _transaction(journal: PlainJournal) -> str:
    lines = [f"\n{journal.effective_on} * {_plain(journal.title)}"]
    lines += [f"    ; {name}:{_tag(value)}" for name, value in journal.facts().items()]
    for line in journal.lines:
        lines.append(f"    {line.debit.name}  {line.amount} {line.debit.currency}")
        lines.append(f"    {line.credit.name}  {-line.amount} {line.credit.currency}")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """A description ends at a line's end and at a semicolon."""
    return " ".join(text.replace(";", " ").split())


def _tag(value: str) -> str:
    """A tag's value ends at a comma; so that one is written as in an address."""
    return _plain(value).replace(",", "%2C")
