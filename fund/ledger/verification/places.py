"""Offices, funds and accounts, and the chart by which accounts are opened."""

from fund.ledger import anchors
from fund.ledger.models import OFFICE_ROLES, ROLES

_CHART = ", ".join(
    f"('{role}', '{side}', {str(role in OFFICE_ROLES).lower()})" for role, side in ROLES.items()
)


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


# Rule -> a query of (row, detail), empty where the rule holds.
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
    "account_not_of_the_chart": f"""
        WITH chart (role, normal_side, is_held) AS (VALUES {_CHART}),
        places (office_id, office_code, currency, is_held) AS (
            SELECT id, code, currency, true FROM ledger.office
            UNION ALL
            SELECT NULL, NULL, currency, false
            FROM (SELECT 'THB' UNION SELECT currency FROM ledger.office) AS c (currency)
        ), wanted AS (
            SELECT concat_ws(':', f.code, p.office_code, p.currency, c.role) AS code,
                f.id AS fund_id, p.office_id, p.currency::text, c.role, c.normal_side
            FROM ledger.fund f CROSS JOIN places p JOIN chart c USING (is_held)
        ), kept AS (
            SELECT code::text, fund_id, office_id, currency::text, role::text, normal_side::text
            FROM ledger.account
        )
        SELECT format('account %s', code) AS row, CASE
            WHEN kept.role IS NULL THEN 'it is missing'
            WHEN wanted.role IS NULL THEN 'no fund and office call for it'
            ELSE format('it says %s, the chart says %s', kept, wanted) END AS detail
        FROM kept FULL JOIN wanted USING (code)
        WHERE kept IS DISTINCT FROM wanted
    """,
    "guard_not_of_the_chart": """
        SELECT format('guard of fund %s in %s', fund_id, currency) AS row,
            CASE WHEN g.reserved IS NULL THEN 'it is missing'
                ELSE 'no fund and office call for it' END AS detail
        FROM ledger.fund_guard g
        FULL JOIN (
            SELECT f.id AS fund_id, c.currency FROM ledger.fund f
            CROSS JOIN (SELECT 'THB' UNION SELECT currency FROM ledger.office) AS c (currency)
        ) wanted USING (fund_id, currency)
        WHERE g.reserved IS NULL OR wanted.fund_id IS NULL
    """,
    "closed_fund_holds_something": """
        SELECT format('fund %s', f.id) AS row, format('it is closed, but %s stands at %s',
            held.what, held.amount) AS detail
        FROM ledger.fund f
        CROSS JOIN LATERAL (
            SELECT a.code AS what, sum(CASE a.id WHEN t.debit_account_id THEN t.amount_minor
                ELSE -t.amount_minor END) AS amount
            FROM ledger.account a
            JOIN ledger.transfer t ON a.id IN (t.debit_account_id, t.credit_account_id)
            WHERE t.fund_id = f.id AND a.office_id IS NOT NULL
            GROUP BY a.code
            UNION ALL
            SELECT format('the guard in %s', g.currency), g.reserved
            FROM ledger.fund_guard g WHERE g.fund_id = f.id
        ) held
        WHERE NOT f.is_open AND held.amount <> 0
    """,
}
