"""What was held back from awards at the end of a past day.

`ledger.fund_position` says the same of now, from the same rules; a test holds the two together.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from fund.ledger.statements.days import Days
from fund.money import THB

# A young gift that an inquiry asks about counts once, as young; no more counts than is still here.
HELD_BACK = text(
    """
    WITH held AS (
        SELECT h.concerns, sum(h.amount_minor) AS amount
        FROM ledger.hold h
        LEFT JOIN ledger.hold_release r ON r.hold_id = h.id AND r.recorded_at < :over
        WHERE h.fund_id = :fund AND h.currency = :currency AND h.recorded_at < :over
            AND r.hold_id IS NULL
        GROUP BY h.concerns
    ), asked AS (
        SELECT j.id, j.source, j.idempotency_key, NULL::numeric AS held
        FROM ledger.journal j
        JOIN ledger.fund f ON f.id = :fund
        WHERE j.kind = 'charge' AND j.effective_on > :day - f.reserve_days
            AND j.effective_on <= :day
        UNION ALL
        SELECT j.id, j.source, j.idempotency_key, h.amount
        FROM held h
        CROSS JOIN ledger.office o
        JOIN ledger.fund f ON f.id = :fund
        JOIN ledger.journal j ON j.source = 'stripe:' || o.code AND j.idempotency_key = h.concerns
        WHERE j.kind = 'charge' AND j.effective_on <= :day - f.reserve_days
    ), here AS (
        SELECT a.held, greatest(given.amount - coalesce(back.amount, 0), 0) AS amount
        FROM asked a
        JOIN LATERAL (
            SELECT sum(t.amount_minor) AS amount
            FROM ledger.transfer t
            JOIN ledger.account c ON c.id = t.credit_account_id
            WHERE t.journal_id = a.id AND t.fund_id = :fund AND t.currency = :currency
                AND c.role = 'contributions'
        ) given ON given.amount IS NOT NULL
        LEFT JOIN LATERAL (
            SELECT sum(t.amount_minor
                * (ledger.takes_back(d.role)::int - ledger.takes_back(c.role)::int)) AS amount
            FROM ledger.journal j
            JOIN ledger.transfer t ON t.journal_id = j.id
            JOIN ledger.account d ON d.id = t.debit_account_id
            JOIN ledger.account c ON c.id = t.credit_account_id
            WHERE j.source = a.source AND j.concerns = a.idempotency_key
                AND j.effective_on <= :day
        ) back ON true
    )
    SELECT coalesce(sum(amount) FILTER (WHERE held IS NULL), 0)::bigint AS young,
        (coalesce(sum(least(held, amount)) FILTER (WHERE held IS NOT NULL), 0)
            + (SELECT coalesce(sum(amount), 0) FROM held WHERE concerns IS NULL))::bigint
            AS inquiries
    FROM here
    """
)


@dataclass(frozen=True)
class Held:
    """Satang: of charges younger than the fund's days of reserve, and of open inquiries."""

    young: int
    inquiries: int


def held_back_at(session: Session, fund_id: UUID, day: date) -> Held:
    """Of the fund's baht. Inquiries count on the day on which they were recorded in Thailand."""
    asked = {"fund": fund_id, "currency": THB, "day": day, "over": Days(day, day).instants()[1]}
    row = session.execute(HELD_BACK, asked).one()
    return Held(row.young, row.inquiries)
