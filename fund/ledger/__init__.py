"""The double-entry books: offices, funds, accounts, journals, balances, commitments."""
