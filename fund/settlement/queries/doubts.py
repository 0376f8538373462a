"""What is read about disputes, warnings and reviews."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fund.db import PAGE
from fund.errors import NotFound
from fund.giving.models import Gift
from fund.settlement.models import Alert, BalanceTransaction, Dispute
from fund.settlement.models.doubts import TO_ANSWER


@dataclass(frozen=True)
class DisputeRow:
    """A dispute, and the gift that it is about where that is known."""

    dispute: Dispute
    gift_id: UUID | None


@dataclass(frozen=True)
class AlertRow:
    """A warning or review, and the gift that it is about where that is known."""

    alert: Alert
    gift: Gift | None


def get_dispute(session: Session, dispute_id: str) -> DisputeRow:
    """One dispute. Raises NotFound."""
    row = session.execute(_disputes().where(Dispute.id == dispute_id)).first()
    if row is None:
        raise NotFound
    return DisputeRow(*row)


def list_to_answer(session: Session) -> list[DisputeRow]:
    """Disputes that a bank waits for us with, and nobody saw to; the most pressing first."""
    query = _disputes().where(Dispute.state.in_(TO_ANSWER), Dispute.noted_at.is_(None))
    rows = session.execute(query.order_by(Dispute.evidence_due_at).limit(PAGE))
    return [DisputeRow(*row) for row in rows]


def list_disputes(session: Session) -> list[DisputeRow]:
    """The newest disputes."""
    rows = session.execute(_disputes().order_by(Dispute.opened_at.desc()).limit(PAGE))
    return [DisputeRow(*row) for row in rows]


def list_open_alerts(session: Session) -> list[AlertRow]:
    """Warnings and reviews that nobody decided about, oldest first."""
    query = _alerts().where(Alert.decision.is_(None))
    return [AlertRow(*row) for row in session.execute(query.order_by(Alert.opened_at).limit(PAGE))]


def list_alerts(session: Session) -> list[AlertRow]:
    """The newest warnings and reviews that were decided."""
    query = _alerts().where(Alert.decision.is_not(None))
    newest = query.order_by(Alert.opened_at.desc()).limit(PAGE)
    return [AlertRow(*row) for row in session.execute(newest)]


def list_lines_of(session: Session, dispute_id: str) -> Sequence[BalanceTransaction]:
    """What a dispute did to Stripe's balance, oldest first."""
    query = select(BalanceTransaction).where(BalanceTransaction.source_id == dispute_id)
    return session.scalars(query.order_by(BalanceTransaction.happened_at)).all()


def _disputes() -> Select[Dispute, UUID]:
    return select(Dispute, Gift.id).outerjoin(Gift, Gift.stripe_charge_id == Dispute.charge_id)


def _alerts() -> Select[Alert, Gift]:
    return select(Alert, Gift).outerjoin(Gift, Gift.stripe_charge_id == Alert.charge_id)
