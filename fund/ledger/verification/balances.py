"""Balances, added anew from the transfers."""

# Rule -> a query of (row, detail), empty where the rule holds.
RULES: dict[str, str] = {
    "balance_differs": """
        SELECT format('balance_shard %s/%s', account_id, shard) AS row,
            format('shard says %s/%s, transfers say %s/%s',
                kept.debits, kept.credits, added.debits, added.credits) AS detail
        FROM (
            SELECT account_id, shard, sum(debit) AS debits, sum(credit) AS credits FROM (
                SELECT debit_account_id, shard, amount_minor, 0
                FROM ledger.transfer t LEFT JOIN ledger.journal j ON j.id = t.journal_id
                UNION ALL
                SELECT credit_account_id, shard, 0, amount_minor
                FROM ledger.transfer t LEFT JOIN ledger.journal j ON j.id = t.journal_id
            ) sides (account_id, shard, debit, credit) GROUP BY account_id, shard
        ) added
        FULL JOIN ledger.balance_shard kept USING (account_id, shard)
        WHERE (added.debits, added.credits) IS DISTINCT FROM (kept.debits, kept.credits)
    """,
}
