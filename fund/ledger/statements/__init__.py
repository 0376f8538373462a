"""What the books say, for pages, files and commands."""

from fund.ledger.statements.account import AccountPage as AccountPage
from fund.ledger.statements.account import Key as Key
from fund.ledger.statements.account import account_page as account_page
from fund.ledger.statements.account import count_lines as count_lines
from fund.ledger.statements.account import whole_account as whole_account
from fund.ledger.statements.activities import activities as activities
from fund.ledger.statements.days import EVERYTHING as EVERYTHING
from fund.ledger.statements.days import Days as Days
from fund.ledger.statements.days import ends as ends
from fund.ledger.statements.days import presets as presets
from fund.ledger.statements.days import read_days as read_days
from fund.ledger.statements.fund_report import fund_report as fund_report
from fund.ledger.statements.holds import OpenHold as OpenHold
from fund.ledger.statements.holds import list_open_holds as list_open_holds
from fund.ledger.statements.journals import Wanted as Wanted
from fund.ledger.statements.journals import count_journals as count_journals
from fund.ledger.statements.journals import get_journal as get_journal
from fund.ledger.statements.journals import journal_head as journal_head
from fund.ledger.statements.journals import list_journals as list_journals
from fund.ledger.statements.journals import whole_journal as whole_journal
from fund.ledger.statements.position import position as position
from fund.ledger.statements.shape import Statement as Statement
from fund.ledger.statements.trial_balance import Only as Only
from fund.ledger.statements.trial_balance import balances as balances
from fund.ledger.statements.trial_balance import trial_balance as trial_balance
