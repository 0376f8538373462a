"""Payees, payment runs, the committee's approval, what the bank says."""
