"""The tables of the books, as mapped for reading.

Only functions of the database write them: `fund_app` may read and execute, nothing more.
"""

from fund.ledger.models.commitments import CHANGE_MINOR as CHANGE_MINOR
from fund.ledger.models.commitments import Commitment as Commitment
from fund.ledger.models.commitments import CommitmentEvent as CommitmentEvent
from fund.ledger.models.commitments import FundGuard as FundGuard
from fund.ledger.models.holds import Hold as Hold
from fund.ledger.models.holds import HoldRelease as HoldRelease
from fund.ledger.models.journals import FREQUENT_KINDS as FREQUENT_KINDS
from fund.ledger.models.journals import BalanceShard as BalanceShard
from fund.ledger.models.journals import Journal as Journal
from fund.ledger.models.journals import Transfer as Transfer
from fund.ledger.models.periods import BalanceDay as BalanceDay
from fund.ledger.models.periods import Period as Period
from fund.ledger.models.periods import PeriodSnapshot as PeriodSnapshot
from fund.ledger.models.periods import RollUp as RollUp
from fund.ledger.models.places import Account as Account
from fund.ledger.models.places import Fund as Fund
from fund.ledger.models.places import Office as Office
from fund.ledger.models.rates import Rate as Rate
from fund.ledger.models.roles import CASH_ROLES as CASH_ROLES
from fund.ledger.models.roles import OFFICE_ROLES as OFFICE_ROLES
from fund.ledger.models.roles import PURPOSES as PURPOSES
from fund.ledger.models.roles import RESERVE_DAYS as RESERVE_DAYS
from fund.ledger.models.roles import RESTRICTIONS as RESTRICTIONS
from fund.ledger.models.roles import ROLES as ROLES
