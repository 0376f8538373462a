"""Every write to the books goes through here, and from here through a function of the database."""

from fund.ledger.operations.commitments import free as free
from fund.ledger.operations.commitments import liquidate as liquidate
from fund.ledger.operations.commitments import lock_funds as lock_funds
from fund.ledger.operations.commitments import reserve as reserve
from fund.ledger.operations.commitments import reserve_adopted as reserve_adopted
from fund.ledger.operations.commitments import reserve_again as reserve_again
from fund.ledger.operations.holds import hold as hold
from fund.ledger.operations.holds import release as release
from fund.ledger.operations.periods import Unreconciled as Unreconciled
from fund.ledger.operations.periods import begin_closing as begin_closing
from fund.ledger.operations.periods import close_period as close_period
from fund.ledger.operations.periods import open_period as open_period
from fund.ledger.operations.places import change_fund as change_fund
from fund.ledger.operations.places import close_fund as close_fund
from fund.ledger.operations.places import open_fund as open_fund
from fund.ledger.operations.places import open_office as open_office
from fund.ledger.operations.posting import post as post
from fund.ledger.operations.rates import enter_rate as enter_rate
