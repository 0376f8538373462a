"""Offices, funds and accounts, and the chart by which accounts are opened."""

from fund.ledger import anchors


def _as_logged(table: str) -> str:
    """Rows of `table` whose hash is not the one that the newest event about them carries."""
    hashed = anchors.sha256_of(anchors.row_json("r", anchors.ANCHORED[table]))
    return f"""
        WITH told AS (
            SELECT DISTINCT ON (subject_id) subject_id AS id, data ->> 'row_sha256' AS sha256
            FROM audit.event WHERE subject_kind = '{table}' AND jsonb_exists(data, 'row_sha256')
            ORDER BY subject_id, event.id DESC
        ), kept AS (
            SELECT r.id, {hashed} AS sha256 FROM ledger.{table} r
        )
        SELECT format('{table} %s', id) AS row, CASE
            WHEN kept.sha256 IS NULL THEN 'the log tells of it, but it is gone'
            WHEN told.sha256 IS NULL THEN 'the log does not tell of it'
            ELSE format('it hashes to %s, the log says %s', kept.sha256, told.sha256) END AS detail
        FROM kept FULL JOIN told USING (id)
        WHERE kept.sha256 IS DISTINCT FROM told.sha256
    """


RULES: dict[str, str] = {
    **{f"{table}_changed": _as_logged(table) for table in anchors.ANCHORED},
    "accounts_changed": f"""
        WITH told AS (
            SELECT data ->> 'accounts_sha256' AS sha256 FROM audit.event
            WHERE subject_kind IN ('office', 'fund') AND jsonb_exists(data, 'accounts_sha256')
            ORDER BY id DESC LIMIT 1
        ), kept AS (
            SELECT ({anchors.ALL_ACCOUNTS}) AS sha256, count(*) AS number FROM ledger.account
        )
        SELECT 'accounts' AS row, format('all %s together hash to %s, the log says %s',
            kept.number, kept.sha256, coalesce(told.sha256, 'nothing')) AS detail
        FROM kept LEFT JOIN told ON true
        WHERE kept.sha256 IS DISTINCT FROM told.sha256
            AND (kept.number > 0 OR told.sha256 IS NOT NULL)
    """,
}
