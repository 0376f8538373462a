"""What the books say, for pages, files and commands."""

from fund.ledger.statements.journals import get_journal as get_journal
from fund.ledger.statements.journals import list_journals as list_journals
from fund.ledger.statements.trial_balance import trial_balance as trial_balance
