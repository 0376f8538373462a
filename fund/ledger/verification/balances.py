"""Balances, added anew from the transfers."""

# Rule -> a query of (row, detail), empty where the rule holds.
RULES: dict[str, str] = {
    "balance_differs": """
        SELECT coalesce(added.account_id, kept.account_id)::text AS row,
            format('shards say %s/%s, transfers say %s/%s',
                kept.debits, kept.credits, added.debits, added.credits) AS detail
        FROM (
            SELECT account_id, sum(debit) AS debits, sum(credit) AS credits FROM (
                SELECT debit_account_id, amount_minor, 0 FROM ledger.transfer
                UNION ALL
                SELECT credit_account_id, 0, amount_minor FROM ledger.transfer
            ) sides (account_id, debit, credit) GROUP BY account_id
        ) added
        FULL JOIN (
            SELECT account_id, sum(debits) AS debits, sum(credits) AS credits
            FROM ledger.balance_shard GROUP BY account_id
        ) kept USING (account_id)
        WHERE (added.debits, added.credits) IS DISTINCT FROM (kept.debits, kept.credits)
    """,
}
