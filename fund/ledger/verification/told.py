"""Rows that an event of the log tells of, compared as text: a damaged event may hold anything."""


def compared(table: str, key: str, *, kept: str, told: str) -> str:
    """A query of (row, detail) where the rows of `ledger.<table>` are not those of the log.

    `kept` and `told` are queries of the same columns, the rows as they are and as the log tells
    them; `key` is the one that names a row.
    """
    return f"""
        WITH kept AS ({kept}), told AS ({told})
        SELECT format('{table} %s', {key}) AS row, CASE
            WHEN kept IS NULL THEN 'the log tells of it, but it is gone'
            WHEN told IS NULL THEN 'the log does not tell of it'
            ELSE format('it says %s, the log says %s', kept, told) END AS detail
        FROM kept FULL JOIN told USING ({key})
        WHERE kept IS DISTINCT FROM told
    """
