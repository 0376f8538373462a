"""Beancount 3 (its "Language Syntax" document): what is debited is positive, credited negative."""

from collections.abc import Iterator
from datetime import date, timedelta

from fund.ledger.plaintext.book import PlainBook, PlainJournal
from fund.money import CURRENCIES

# Accounts and currencies are declared on a day before any book of ours.
BEGINNING = date(1970, 1, 1)


def write(book: PlainBook) -> Iterator[str]:
    """Declarations, journals, and a check of every balance after the last day."""
    yield 'option "title" "LIFT Life Fund"\noption "operating_currency" "THB"\n\n'
    currencies = sorted({account.currency for account in book.accounts.values()})
    for currency in currencies:
        yield f"{BEGINNING} commodity {currency}\n  precision: {CURRENCIES[currency].exponent}\n"
    for account in book.accounts.values():
        code = _text(account.code)
        yield f'{BEGINNING} open {account.name} {account.currency}\n  code: "{code}"\n'
    for journal in book.journals():
        yield _transaction(journal)
    if book.last_on is not None:
        day = book.last_on + timedelta(days=1)
        yield "\n"
        for account_id, account in book.accounts.items():
            # Without the tolerance Beancount would let a difference of one unit pass.
            amount = f"{book.balances[account_id]} ~ 0 {account.currency}"
            yield f"{day} balance {account.name} {amount}\n"


def _transaction(journal: PlainJournal) -> str:
    lines = [f'\n{journal.effective_on} * "{_text(journal.title)}"']
    lines += [f'  {name}: "{_text(value)}"' for name, value in journal.facts().items()]
    for line in journal.lines:
        lines.append(f"  {line.debit.name}  {line.amount} {line.debit.currency}")
        lines.append(f"  {line.credit.name}  {-line.amount} {line.credit.currency}")
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
